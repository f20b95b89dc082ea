// Keep the tenant of this transaction as it now is.
//
// mode:    write
// params:  name: string, status: string, realm: string, settings: string, updated_at: datetime
// returns: id: string
MATCH (tenant:Tenant {id: $tenant})
SET tenant.name = $name, tenant.status = $status, tenant.realm = $realm, tenant.settings = $settings,
  tenant.updated_at = $updated_at
RETURN tenant.id AS id
