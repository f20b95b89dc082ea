// The user with an issuer and a subject: the one there is, or a new one.
//
// mode:    write
// params:  id: string, issuer: string, subject: string, username: string, status: string, now: datetime
// returns: user: map
MATCH (home:Tenant {id: $tenant})
MERGE (user:User {tenant: $tenant, issuer: $issuer, subject: $subject})
ON CREATE SET user.id = $id, user.username = $username, user.status = $status, user.roles = [], user.groups = [],
  user.preferences = '{}', user.created_at = $now, user.updated_at = $now, user.last_seen_at = $now
MERGE (user)-[:BELONGS_TO]->(home)
RETURN
  // use: users/projection
