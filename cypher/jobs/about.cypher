// The latest jobs of a notebook, or on a subject, the latest first.
//
// mode:    read
// params:  id: string, live: boolean, most: integer
// returns: job: map
CALL () {
  MATCH (job:Job {subject: $id, tenant: $tenant})
  RETURN job
  UNION
  MATCH (:Notebook {id: $id, tenant: $tenant})-[:HAS_JOB]->(job:Job)
  RETURN job
}
WITH DISTINCT job
WHERE NOT $live OR job.open
WITH job
ORDER BY job.id DESC
LIMIT $most
RETURN
  // use: jobs/projection
