// The deleted notebook with an id, if a user owns it or deleted it.
//
// mode:    read
// params:  id: string, user: string
// returns: notebook: map
MATCH (notebook:Notebook {id: $id, tenant: $tenant, status: 'deleted'})
WHERE notebook.deleted_by = $user OR EXISTS { (notebook)<-[:OWNS]-(:User {id: $user}) }
RETURN
  // use: notebooks/projection
