// A notebook's own collaborations, revoked ones too.
//
// mode:    read
// params:  notebook: string
// returns: collaboration: map
MATCH (user:User)-[grant:COLLABORATES_ON]->(notebook:Notebook {id: $notebook, tenant: $tenant})
RETURN
  // use: collaborations/projection
