// Mark as deleted what came in a document, at any depth, and nobody changed since, and count it no longer.
//
// mode:    write
// params:  container: string, deletion: string, user: string, now: datetime, second: integer
// returns: id: string
MATCH path = (:Document {id: $container, tenant: $tenant})-[:CONTAINS_FILE*1..3]->(document:Document)
WHERE all(step IN tail(nodes(path)) WHERE step.deletion IS NULL AND step.version = 1)
MATCH (notebook:Notebook)-[:CONTAINS]->(document)
SET document.deletion = $deletion, document.deleted_by = $user, document.deleted_at = $now,
  document.deleted_second = $second,
  notebook.document_count = notebook.document_count - 1,
  notebook.total_size_bytes = notebook.total_size_bytes - document.file_size
RETURN document.id AS id
