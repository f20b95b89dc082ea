// Erase a document with its versions and its jobs; chunks and findings went before.
//
// mode:    write
// params:  id: string
// returns: erased: integer
MATCH (document:Document {id: $id, tenant: $tenant})
CALL (document) {
  OPTIONAL MATCH (document)-[:HAS_VERSION]->(version:DocumentVersion)
  DETACH DELETE version
  RETURN count(*) AS versions
}
CALL (document) {
  OPTIONAL MATCH (job:Job {subject: $id, tenant: $tenant})
  DETACH DELETE job
  RETURN count(*) AS jobs
}
DETACH DELETE document
RETURN count(*) AS erased
