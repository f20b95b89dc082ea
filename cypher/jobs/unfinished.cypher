// Jobs that are not over, the longest untouched first.
//
// mode:    read
// tenant:  any; the sweeper looks after the jobs of all tenants
// params:  most: integer
// returns: job: map
MATCH (job:Job {open: true})
WITH job
ORDER BY job.updated_at, job.id
LIMIT $most
RETURN
  // use: jobs/projection
