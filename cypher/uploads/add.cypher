// Keep a new upload with its owner.
//
// mode:    write
// params:  id: string, owner: string, notebook: string, target: string, filename: string, declared_type: string, length: integer, kind: string, parts: list<string>, metadata: string, created_at: datetime, expires_at: datetime, expires_second: integer, priority: string
// returns: id: string
MATCH (owner:User {id: $owner, tenant: $tenant})
CREATE (owner)-[:UPLOADS]->(upload:Upload {
  id: $id, tenant: $tenant, owner: $owner, notebook: $notebook, target: $target, filename: $filename,
  declared_type: $declared_type, length: $length, kind: $kind, parts: $parts, metadata: $metadata,
  created_at: $created_at, expires_at: $expires_at, expires_second: $expires_second,
  priority: $priority
})
RETURN upload.id AS id
