// A finding, as the adapter reads it.
//
// mode:    fragment
// needs:   finding
// gives:   finding
finding {
  .id, .document, .ordinal, .kind, .page, .start, .end, .confidence, .masked, .file_hash
} AS finding
