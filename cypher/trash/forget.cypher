// Forget a leftover.
//
// mode:    write
// params:  id: string
// returns: forgotten: integer
MATCH (leftover:Leftover {id: $id, tenant: $tenant})
DETACH DELETE leftover
RETURN count(*) AS forgotten
