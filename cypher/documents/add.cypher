// Keep new documents, each in its notebook with its first version, and count them there.
//
// mode:    write
// params:  rows: list<map>
// returns: id: string
UNWIND $rows AS row
MATCH (notebook:Notebook {id: row.notebook, tenant: $tenant})
CREATE (notebook)-[:CONTAINS {added_at: row.uploaded_at}]->(document:Document {
  id: row.id, tenant: $tenant, name: row.name, original_filename: row.original_filename,
  declared_type: row.declared_type, file_size: row.file_size, file_hash: row.file_hash, blob: row.blob,
  processing_status: row.processing_status, embedding_status: row.embedding_status, chunk_count: 0,
  vector_count: 0, pii_detected: false, finding_count: 0,
  version: row.version, uploaded_by: row.uploaded_by, uploaded_at: row.uploaded_at, updated_at: row.updated_at,
  processing_tier: row.processing_tier, search_name: row.search_name, words: row.words, scope_: notebook.scope_,
  container: row.container, outermost: row.outermost, path_inside: row.path_inside, depth: row.depth, number: 1
})
CREATE (document)-[:HAS_VERSION]->(:DocumentVersion {
  id: row.version_id, tenant: $tenant, document: row.id, number: 1, original_filename: row.original_filename,
  declared_type: row.declared_type, file_size: row.file_size, file_hash: row.file_hash, blob: row.blob,
  processing_status: row.processing_status, note: '', uploaded_by: row.uploaded_by, uploaded_at: row.uploaded_at
})
SET notebook.document_count = notebook.document_count + 1,
  notebook.total_size_bytes = notebook.total_size_bytes + row.file_size
RETURN document.id AS id
