// The deleted notebook with an id that was not given up, if a user owns it, or deleted it and administers it still.
//
// mode:    read
// params:  id: string, user: string
// returns: notebook: map
MATCH (user:User {id: $user, tenant: $tenant})
MATCH (notebook:Notebook {id: $id, tenant: $tenant, status: 'deleted'})
WHERE notebook.deleted_second > 0 AND (
  EXISTS { (notebook)<-[:OWNS]-(user) } OR notebook.deleted_by = $user AND EXISTS {
    (notebook)<-[:PARENT_OF*0..20]-(:Notebook)<-[grant:OWNS|COLLABORATES_ON]-(user)
    WHERE grant.status = 'active' AND grant.level = 4
  }
)
RETURN
  // use: notebooks/projection
