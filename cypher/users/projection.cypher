// A user, as the adapter reads it.
//
// mode:    fragment
// needs:   user
// gives:   user
user {
  .id, .tenant, .subject, .issuer, .username, .email, .full_name, .avatar, .roles, .groups, .preferences,
  .status, .created_at, .updated_at, .last_seen_at
} AS user
