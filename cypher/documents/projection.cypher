// A document, as the adapter reads it.
//
// mode:    fragment
// needs:   document, notebook
// gives:   document
document {
  .id, .tenant, .name, .original_filename, .declared_type, .content_type, .file_size, .file_hash, .blob,
  .processing_status, .embedding_status, .title, .page_count, .characters, .extractor, .texts,
  .extracted_metadata, .pii_detected, .finding_count, .chunk_count, .failure_code, .failure_message, .version, .number, .coming,
  .uploaded_by, .uploaded_at, .updated_at, .processed_at, .container, .outermost, .path_inside, .depth, notebook: notebook.id,
  vector_count: coalesce(document.vector_count, document.chunk_count), generation: coalesce(document.generation, '')
} AS document
