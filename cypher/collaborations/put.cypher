// Keep collaborations as they now are.
//
// mode:    write
// params:  rows: list<map>
// returns: user: string
UNWIND $rows AS row
MATCH (user:User {id: row.user, tenant: $tenant})
MATCH (notebook:Notebook {id: row.notebook, tenant: $tenant})
MERGE (user)-[grant:COLLABORATES_ON]->(notebook)
SET grant.permission = row.permission, grant.level = row.level, grant.status = row.status,
  grant.message = row.message, grant.granted_by = row.granted_by, grant.granted_at = row.granted_at,
  grant.accepted_at = row.accepted_at, grant.revoked_at = row.revoked_at
RETURN user.id AS user
