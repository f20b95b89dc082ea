// Jobs that run, or that wait, the longest untouched first.
//
// mode:    read
// tenant:  any; the sweeper looks after the jobs of all tenants
// params:  running: boolean, most: integer
// returns: job: map
MATCH (job:Job {open: true})
WHERE (job.status = 'running') = $running
WITH job
ORDER BY job.updated_at, job.id
LIMIT $most
RETURN
  // use: jobs/projection
