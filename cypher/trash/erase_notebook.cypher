// Erase a notebook and its jobs; what was done to it is remembered, but not what was said of it.
//
// mode:    write
// params:  id: string
// returns: erased: integer
MATCH (notebook:Notebook {id: $id, tenant: $tenant})
CALL (notebook) {
  OPTIONAL MATCH (notebook)-[:SAW]->(activity:Activity)
  SET activity.details = '{}'
  RETURN count(*) AS told
}
CALL (notebook) {
  OPTIONAL MATCH (notebook)-[:HAS_JOB]->(job:Job)
  DETACH DELETE job
  RETURN count(*) AS jobs
}
DETACH DELETE notebook
RETURN count(*) AS erased
