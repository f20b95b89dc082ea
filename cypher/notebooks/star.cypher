// Remember that a user starred a notebook.
//
// mode:    write
// params:  id: string, user: string, now: datetime
// returns: id: string
MATCH (user:User {id: $user, tenant: $tenant})
MATCH (notebook:Notebook {id: $id, tenant: $tenant})
MERGE (user)-[star:STARRED]->(notebook)
ON CREATE SET star.starred_at = $now
RETURN notebook.id AS id
