// The job, locked until the transaction ends.
//
// mode:    write
// params:  id: string, lock: string
// returns: job: map
MATCH (job:Job {id: $id, tenant: $tenant})
SET job.lock = $lock
RETURN
  // use: jobs/projection
