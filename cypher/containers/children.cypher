// A page of the documents that came in one, where the viewer may read both.
//
// mode:    read
// params:  viewer: string, container: string, key: any, after: string, most: integer
// returns: document: map, permission: integer, key: any, total: integer
MATCH (viewer:User {id: $viewer, tenant: $tenant})
MATCH (container:Document {id: $container, tenant: $tenant})-[:CONTAINS_FILE]->(document:Document)
WHERE container.deletion IS NULL AND document.deletion IS NULL
MATCH (notebook:Notebook)-[:CONTAINS]->(document)
// use: access/towards
WITH notebook, document, permission
WHERE permission IS NOT NULL
WITH collect([notebook, document, permission]) AS found
WITH found, size(found) AS total
UNWIND found AS each
WITH each[0] AS notebook, each[1] AS document, each[2] AS permission, total
WITH notebook, document, permission, total, document.search_name AS key
WHERE $key IS NULL OR key > $key OR (key = $key AND document.id > $after)
WITH notebook, document, permission, total, key
ORDER BY key, document.id
LIMIT $most
RETURN permission, key, total,
  // use: documents/projection
ORDER BY key, document.id
