// Have a document show another of its versions, and count the difference in size.
//
// mode:    write
// params:  id: string, number: integer, original_filename: string, declared_type: string, file_size: integer, file_hash: string, blob: string, processing_tier: integer
// returns: id: string
MATCH (notebook:Notebook)-[:CONTAINS]->(document:Document {id: $id, tenant: $tenant})
SET notebook.total_size_bytes = notebook.total_size_bytes - document.file_size + $file_size
SET document.number = $number, document.original_filename = $original_filename,
  document.declared_type = $declared_type, document.file_size = $file_size, document.file_hash = $file_hash,
  document.blob = $blob, document.processing_tier = $processing_tier
RETURN document.id AS id
