// Bring documents back that were absent, and count them again.
//
// mode:    write
// params:  ids: list<string>
// returns: id: string
UNWIND $ids AS given
MATCH (notebook:Notebook)-[:CONTAINS]->(document:Document {id: given, tenant: $tenant})
SET document.scope_ = notebook.scope_, notebook.document_count = notebook.document_count + 1,
  notebook.total_size_bytes = notebook.total_size_bytes + document.file_size
REMOVE document.deletion
RETURN document.id AS id
