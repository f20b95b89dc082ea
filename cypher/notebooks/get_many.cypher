// Those of the notebooks that live.
//
// mode:    read
// params:  ids: list<string>
// returns: notebook: map
MATCH (notebook:Notebook)
WHERE notebook.id IN $ids AND notebook.tenant = $tenant AND notebook.status <> 'deleted'
RETURN
  // use: notebooks/projection
