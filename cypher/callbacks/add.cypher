// Keep a new callback with its owner.
//
// mode:    write
// params:  id: string, owner: string, subject: string, url: string, secret: string, once: boolean, created_at: datetime
// returns: id: string
MATCH (owner:User {id: $owner, tenant: $tenant})
CREATE (owner)-[:CALLS_BACK]->(callback:Callback {
  id: $id, tenant: $tenant, owner: $owner, subject: $subject, url: $url, secret: $secret, once: $once,
  created_at: $created_at
})
RETURN callback.id AS id
