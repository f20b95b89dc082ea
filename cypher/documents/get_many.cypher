// Those of the documents that a viewer may read.
//
// mode:    read
// params:  viewer: string, ids: list<string>
// returns: document: map, permission: integer
MATCH (viewer:User {id: $viewer, tenant: $tenant})
UNWIND $ids AS given
MATCH (document:Document {id: given, tenant: $tenant})
WHERE document.deletion IS NULL
MATCH (notebook:Notebook)-[:CONTAINS]->(document)
// use: access/towards
WITH notebook, document, permission
WHERE permission IS NOT NULL
RETURN permission,
  // use: documents/projection
