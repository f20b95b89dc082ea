// The live notebooks at which a user's rights begin; what lies in another one that they may read is left out.
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
WHERE root.status <> 'deleted' AND NOT EXISTS {
  MATCH (root)<-[:PARENT_OF]-(:Notebook)<-[:PARENT_OF*0..20]-(above:Notebook)
  WHERE above.visibility = 'public' OR EXISTS {
    MATCH (above)<-[grant:OWNS|COLLABORATES_ON]-(:User {id: $user}) WHERE grant.status = 'active'
  }
}
RETURN root.id AS id
