// Jobs whose parts nobody needs any more: they are over, or past the stage that has parts.
//
// mode:    read
// tenant:  any; the sweeper looks after the jobs of all tenants
// params:  most: integer
// returns: job: map
MATCH (job:Job {littered: true})
WHERE job.open IS NULL OR NOT job.stage IN ['validate', 'extract']
WITH job
LIMIT $most
RETURN
  // use: jobs/projection
