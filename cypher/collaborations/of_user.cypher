// A user's collaborations of one status on live notebooks, the latest first.
//
// mode:    read
// params:  user: string, status: string
// returns: collaboration: map
MATCH (user:User {id: $user, tenant: $tenant})-[grant:COLLABORATES_ON {status: $status}]->(notebook:Notebook)
WHERE notebook.status <> 'deleted'
WITH user, grant, notebook
ORDER BY grant.granted_at DESC, notebook.id
RETURN
  // use: collaborations/projection
