// Remember that a user looked at a notebook.
//
// mode:    write
// params:  id: string, user: string, seconds: integer, now: datetime
// returns: id: string
MATCH (user:User {id: $user, tenant: $tenant})
MATCH (notebook:Notebook {id: $id, tenant: $tenant})
CREATE (user)-[:VIEWED {viewed_at: $now, duration_seconds: $seconds}]->(notebook)
RETURN notebook.id AS id
