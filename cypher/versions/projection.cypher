// A version of a document, as the adapter reads it.
//
// mode:    fragment
// needs:   version
// gives:   version
version {
  .id, .document, .number, .original_filename, .declared_type, .content_type, .file_size, .file_hash, .blob,
  .processing_status, .title, .page_count, .characters, .extractor, .texts, .extracted_metadata, .failure_code,
  .failure_message, .note, .uploaded_by, .uploaded_at
} AS version
