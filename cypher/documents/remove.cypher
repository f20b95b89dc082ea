// Mark a document as deleted, and count it no longer.
//
// mode:    write
// params:  id: string, deletion: string, user: string, now: datetime, second: integer
// returns: id: string
MATCH (notebook:Notebook)-[:CONTAINS]->(document:Document {id: $id, tenant: $tenant})
WHERE document.deletion IS NULL
SET document.deletion = $deletion, document.deleted_by = $user, document.deleted_at = $now,
  document.deleted_second = $second, document.trash = $tenant,
  notebook.document_count = notebook.document_count - 1,
  notebook.total_size_bytes = notebook.total_size_bytes - document.file_size
RETURN document.id AS id
