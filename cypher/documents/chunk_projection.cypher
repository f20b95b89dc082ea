// A chunk, as the adapter reads it.
//
// mode:    fragment
// needs:   chunk
// gives:   chunk
chunk {
  .id, .document, .ordinal, .page, .start, .end, .headings, .text, .text_hash, .file_hash,
  vectored: coalesce(chunk.vectored, true)
} AS chunk
