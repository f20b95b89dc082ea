// Those of the documents that a viewer may read.
//
// mode:    read
// params:  viewer: string, ids: list<string>
// returns: document: map, permission: integer
MATCH (viewer:User {id: $viewer, tenant: $tenant})
MATCH (notebook:Notebook)-[:CONTAINS]->(document:Document)
WHERE document.id IN $ids AND document.tenant = $tenant AND document.deletion IS NULL
// use: access/towards
WITH notebook, document, permission
WHERE permission IS NOT NULL
RETURN permission,
  // use: documents/projection
