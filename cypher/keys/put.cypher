// Keep an API key as it now is; what was revoked stays so.
//
// mode:    write
// params:  id: string, last_used_at: datetime, revoked_at: datetime
// returns: id: string
MATCH (key:ApiKey {id: $id, tenant: $tenant})
SET key.last_used_at = $last_used_at, key.revoked_at = coalesce(key.revoked_at, $revoked_at)
RETURN key.id AS id
