// Keep a new API key with its owner.
//
// mode:    write
// params:  id: string, owner: string, name: string, hint: string, digest: string, ceiling: integer, created_at: datetime, expires_at: datetime
// returns: id: string
MATCH (owner:User {id: $owner, tenant: $tenant})
CREATE (owner)-[:HOLDS]->(key:ApiKey {
  id: $id, tenant: $tenant, name: $name, hint: $hint, digest: $digest, ceiling: $ceiling,
  created_at: $created_at, expires_at: $expires_at
})
RETURN key.id AS id
