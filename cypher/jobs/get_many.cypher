// Those of the jobs that exist.
//
// mode:    read
// params:  ids: list<string>
// returns: job: map
UNWIND $ids AS given
MATCH (job:Job {id: given, tenant: $tenant})
RETURN
  // use: jobs/projection
