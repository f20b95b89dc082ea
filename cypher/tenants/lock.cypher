// The tenant of this transaction, locked until it ends.
//
// mode:    write
// params:  lock: string
// returns: tenant: map
MATCH (tenant:Tenant {id: $tenant})
SET tenant.lock = $lock
RETURN tenant {.id, .name, .domain, .status, .realm, .settings, .created_at, .updated_at} AS tenant
