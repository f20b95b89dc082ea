// Lock the topmost notebooks of trees until the transaction ends.
//
// mode:    write
// params:  ids: list<string>, lock: string
// returns: id: string
MATCH (root:Notebook)
WHERE root.id IN $ids AND root.tenant = $tenant
WITH root
ORDER BY root.id
SET root.tree_lock = $lock
RETURN root.id AS id
