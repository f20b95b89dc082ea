// Lock the topmost notebooks of trees until the transaction ends.
//
// mode:    write
// params:  ids: list<string>, lock: string
// returns: id: string
UNWIND $ids AS given
MATCH (root:Notebook {id: given, tenant: $tenant})
WITH root
ORDER BY root.id
SET root.tree_lock = $lock
RETURN root.id AS id
