// What documents left outside the graph, the longest due first.
//
// mode:    read
// tenant:  any; the sweeper looks after the leftovers of all tenants
// params:  before: integer, most: integer
// returns: id: string, tenant: string, kind: string, key: string
MATCH (leftover:Leftover)
WHERE leftover.due_second <= $before
WITH leftover
ORDER BY leftover.due_second, leftover.id
LIMIT $most
RETURN leftover.id AS id, leftover.tenant AS tenant, leftover.kind AS kind, leftover.key AS key
