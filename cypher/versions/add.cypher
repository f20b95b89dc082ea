// Keep a new version of a document.
//
// mode:    write
// params:  id: string, document: string, number: integer, original_filename: string, declared_type: string, file_size: integer, file_hash: string, blob: string, processing_status: string, note: string, uploaded_by: string, uploaded_at: datetime
// returns: id: string
MATCH (document:Document {id: $document, tenant: $tenant})
CREATE (document)-[:HAS_VERSION]->(version:DocumentVersion {
  id: $id, tenant: $tenant, document: $document, number: $number, original_filename: $original_filename,
  declared_type: $declared_type, file_size: $file_size, file_hash: $file_hash, blob: $blob,
  processing_status: $processing_status, note: $note, uploaded_by: $uploaded_by, uploaded_at: $uploaded_at
})
RETURN version.id AS id
