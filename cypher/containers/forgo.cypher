// Note on what a document came in that it is erased, so that it is not made again.
//
// mode:    write
// params:  id: string, lock: string
// returns: container: string
MATCH (container:Document)-[:CONTAINS_FILE]->(:Document {id: $id, tenant: $tenant})
SET container.lock = $lock
WITH container
SET container.erased = coalesce(container.erased, []) + [$id]
RETURN container.id AS container
