// An upload, as the adapter reads it.
//
// mode:    fragment
// needs:   upload
// gives:   upload
upload {
  .id, .tenant, .owner, .notebook, .target, .filename, .declared_type, .length, .kind, .parts, .metadata, .document, .job,
  .created_at, .expires_at, .aborted_at, .finish_at, .sha256, .failure_code, .failure_message, .priority
} AS upload
