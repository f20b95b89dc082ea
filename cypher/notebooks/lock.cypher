// Those of the notebooks that live, locked until the transaction ends.
//
// mode:    write
// params:  ids: list<string>, lock: string
// returns: notebook: map
UNWIND $ids AS given
MATCH (notebook:Notebook {id: given, tenant: $tenant})
WITH notebook
ORDER BY notebook.id
SET notebook.lock = $lock
WITH notebook
WHERE notebook.status <> 'deleted'
RETURN
  // use: notebooks/projection
