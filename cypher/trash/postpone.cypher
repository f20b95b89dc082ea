// Look at a leftover again later.
//
// mode:    write
// params:  id: string, due_second: integer
// returns: id: string
MATCH (leftover:Leftover {id: $id, tenant: $tenant})
SET leftover.due_second = $due_second
RETURN leftover.id AS id
