// A collaboration, as the adapter reads it.
//
// mode:    fragment
// needs:   user, grant, notebook
// gives:   collaboration
{
  user: user.id, notebook: notebook.id, permission: grant.level, status: grant.status, message: grant.message,
  granted_by: grant.granted_by, granted_at: grant.granted_at, accepted_at: grant.accepted_at,
  revoked_at: grant.revoked_at
} AS collaboration
