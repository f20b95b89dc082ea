// Have the jobs on subjects belong to another notebook; gives those that are not over, locked until the transaction ends.
//
// mode:    write
// params:  subjects: list<string>, notebook: string, lock: string
// returns: job: map
MATCH (notebook:Notebook {id: $notebook, tenant: $tenant})
UNWIND $subjects AS given
MATCH (:Notebook)-[place:HAS_JOB]->(job:Job {subject: given, tenant: $tenant})
DELETE place
CREATE (notebook)-[:HAS_JOB]->(job)
SET job.lock = $lock, job.notebook = $notebook
WITH job
WHERE job.open
RETURN
  // use: jobs/projection
