// Have documents be absent, and count them no longer.
//
// mode:    write
// params:  ids: list<string>
// returns: id: string
UNWIND $ids AS given
MATCH (notebook:Notebook)-[:CONTAINS]->(document:Document {id: given, tenant: $tenant})
SET document.deletion = 'absent',
  notebook.document_count = notebook.document_count - 1,
  notebook.total_size_bytes = notebook.total_size_bytes - document.file_size
RETURN document.id AS id
