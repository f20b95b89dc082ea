// Note what a document left outside the graph, to be removed when nothing else points to it.
//
// mode:    write
// params:  rows: list<map>
// returns: id: string
UNWIND $rows AS row
CREATE (leftover:Leftover {id: row.id, tenant: $tenant, kind: row.kind, key: row.key, due_second: row.due_second})
RETURN leftover.id AS id
