// Those of the notebooks that live.
//
// mode:    read
// params:  ids: list<string>
// returns: notebook: map
UNWIND $ids AS given
MATCH (notebook:Notebook {id: given, tenant: $tenant})
WHERE notebook.status <> 'deleted'
RETURN
  // use: notebooks/projection
