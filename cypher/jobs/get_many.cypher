// Those of the jobs that exist.
//
// mode:    read
// params:  ids: list<string>
// returns: job: map
MATCH (job:Job)
WHERE job.id IN $ids AND job.tenant = $tenant
RETURN
  // use: jobs/projection
