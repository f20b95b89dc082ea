// A job, whoever's it is.
//
// mode:    read
// tenant:  any; a worker is given nothing but the job's id
// params:  id: string
// returns: job: map
MATCH (job:Job {id: $id})
RETURN
  // use: jobs/projection
