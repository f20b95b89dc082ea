// The live notebooks at which a user's rights begin.
//
// mode:    read
// params:  user: string
// returns: id: string
CALL () {
  MATCH (:User {id: $user, tenant: $tenant})-[grant:OWNS|COLLABORATES_ON]->(root:Notebook)
  WHERE grant.status = 'active'
  RETURN root
  UNION
  MATCH (root:Notebook {tenant: $tenant, visibility: 'public'})
  RETURN root
}
WITH DISTINCT root
WHERE root.status <> 'deleted'
RETURN root.id AS id
