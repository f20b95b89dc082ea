// The tenant of this transaction, if it exists.
//
// mode:    read
// params:
// returns: tenant: map
MATCH (tenant:Tenant {id: $tenant})
RETURN tenant {.id, .name, .domain, .status, .realm, .settings, .created_at, .updated_at} AS tenant
