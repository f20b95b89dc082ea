// Remember that a user forked a notebook into another.
//
// mode:    write
// params:  id: string, into: string, user: string, reason: string, now: datetime
// returns: id: string
MATCH (user:User {id: $user, tenant: $tenant})
MATCH (notebook:Notebook {id: $id, tenant: $tenant})
MATCH (copy:Notebook {id: $into, tenant: $tenant})
CREATE (user)-[:FORKED {forked_at: $now, fork_reason: $reason}]->(notebook)
CREATE (copy)-[:FORK_OF {forked_at: $now}]->(notebook)
RETURN copy.id AS id
