// Jobs that run, or that wait, behind one of them, the oldest first.
//
// mode:    read
// tenant:  any; the sweeper looks after the jobs of all tenants
// params:  running: boolean, after: string, most: integer
// returns: job: map
MATCH (job:Job {open: true})
WHERE (job.status = 'running') = $running AND job.id > $after
WITH job
ORDER BY job.id
LIMIT $most
RETURN
  // use: jobs/projection
