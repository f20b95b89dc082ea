// Live documents whose bytes have a hash, as far as the viewer may read them, the oldest first.
//
// mode:    read
// params:  viewer: string, hash: string, besides: string, most: integer
// returns: document: map, permission: integer
MATCH (viewer:User {id: $viewer, tenant: $tenant})
MATCH (document:Document {file_hash: $hash, tenant: $tenant})
WHERE document.deletion IS NULL AND ($besides IS NULL OR document.id <> $besides)
MATCH (notebook:Notebook)-[:CONTAINS]->(document)
// use: access/towards
WITH notebook, document, permission
WHERE permission IS NOT NULL
WITH notebook, document, permission
ORDER BY document.id
LIMIT $most
RETURN permission,
  // use: documents/projection
