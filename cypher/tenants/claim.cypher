// The tenant with a domain: the one there is, or a new one.
//
// mode:    write
// tenant:  any; a token names its tenant by domain, before the id is known
// params:  domain: string, id: string, name: string, status: string, now: datetime
// returns: tenant: map
MERGE (tenant:Tenant {domain: $domain})
ON CREATE SET tenant.id = $id, tenant.name = $name, tenant.status = $status, tenant.settings = '{}',
  tenant.created_at = $now, tenant.updated_at = $now
RETURN tenant {.id, .name, .domain, .status, .realm, .settings, .created_at, .updated_at} AS tenant
