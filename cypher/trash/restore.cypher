// Bring a document back that was deleted by itself, and count it again.
//
// mode:    write
// params:  id: string
// returns: id: string
MATCH (notebook:Notebook)-[:CONTAINS]->(document:Document {id: $id, tenant: $tenant})
SET document.scope_ = notebook.scope_, notebook.document_count = notebook.document_count + 1,
  notebook.total_size_bytes = notebook.total_size_bytes + document.file_size
REMOVE document.deletion, document.deleted_by, document.deleted_at, document.deleted_second, document.trash
RETURN document.id AS id
