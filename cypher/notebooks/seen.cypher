// Those of the notebooks that a viewer may read.
//
// mode:    read
// params:  viewer: string, ids: list<string>
// returns: notebook: map, permission: integer, starred: boolean, stars: integer
MATCH (viewer:User {id: $viewer, tenant: $tenant})
UNWIND $ids AS given
MATCH (notebook:Notebook {id: given, tenant: $tenant})
// use: access/towards
WITH viewer, notebook, permission
WHERE permission IS NOT NULL
RETURN permission, EXISTS { (viewer)-[:STARRED]->(notebook) } AS starred, COUNT { (notebook)<-[:STARRED]-(:User) } AS stars,
  // use: notebooks/projection
