// The jobs on subjects that are not over, locked until the transaction ends; whether they are is asked under the lock.
//
// mode:    write
// params:  subjects: list<string>, lock: string
// returns: job: map
UNWIND $subjects AS given
MATCH (job:Job {subject: given, tenant: $tenant})
WITH job
ORDER BY job.id
SET job.lock = $lock
WITH job
WHERE job.open
RETURN
  // use: jobs/projection
