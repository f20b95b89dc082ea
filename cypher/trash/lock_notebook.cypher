// A deleted notebook, locked; when it was deleted, and whether anything is left in it.
//
// mode:    write
// params:  id: string, lock: string
// returns: second: integer, filled: boolean
MATCH (notebook:Notebook {id: $id, tenant: $tenant})
SET notebook.lock = $lock
WITH notebook
WHERE notebook.status = 'deleted'
RETURN notebook.deleted_second AS second, EXISTS { (notebook)-[:CONTAINS]->(:Document) } AS filled
