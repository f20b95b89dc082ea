// The tenant of a job.
//
// mode:    read
// tenant:  any; a worker is given nothing but the job's id
// params:  id: string
// returns: tenant: string
MATCH (job:Job {id: $id})
RETURN job.tenant AS tenant
