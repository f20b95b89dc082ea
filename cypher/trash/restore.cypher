// Bring a document back that was deleted by itself, with what came in it and went with it, and count them again.
//
// mode:    write
// params:  id: string
// returns: id: string
MATCH (top:Document {id: $id, tenant: $tenant})
WITH top, top.deletion AS deletion
MATCH (top)-[:CONTAINS_FILE*0..3]->(document:Document)
WHERE document.deletion = deletion AND document.tenant = $tenant
WITH DISTINCT document
MATCH (notebook:Notebook)-[:CONTAINS]->(document)
SET document.scope_ = notebook.scope_, notebook.document_count = notebook.document_count + 1,
  notebook.total_size_bytes = notebook.total_size_bytes + document.file_size
REMOVE document.deletion, document.deleted_by, document.deleted_at, document.deleted_second, document.trash
RETURN document.id AS id
