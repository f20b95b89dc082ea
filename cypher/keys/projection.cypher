// An API key, as the adapter reads it.
//
// mode:    fragment
// needs:   key, owner
// gives:   key
key {
  .id, .tenant, .name, .hint, .digest, .ceiling, .created_at, .expires_at, .last_used_at, .revoked_at,
  owner: owner.id
} AS key
