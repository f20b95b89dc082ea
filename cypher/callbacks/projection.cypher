// A callback, as the adapter reads it.
//
// mode:    fragment
// needs:   callback
// gives:   callback
callback {
  .id, .tenant, .owner, .subject, .url, .secret, .once, .created_at, .ended_at, .ended_why
} AS callback
