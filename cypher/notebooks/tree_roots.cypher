// The topmost notebooks of the trees in which the notebooks lie, deleted ones included.
//
// mode:    read
// params:  ids: list<string>
// returns: id: string
UNWIND $ids AS given
MATCH (notebook:Notebook {id: given, tenant: $tenant})
MATCH (notebook)<-[:PARENT_OF*0..40]-(root:Notebook)
WHERE NOT EXISTS { (root)<-[:PARENT_OF]-(:Notebook) }
WITH DISTINCT root.id AS id
RETURN id
ORDER BY id
