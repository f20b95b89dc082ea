// A page of the versions of a document that the viewer may read, the latest first.
//
// mode:    read
// params:  viewer: string, document: string, before: integer, most: integer
// returns: version: map, total: integer
MATCH (viewer:User {id: $viewer, tenant: $tenant})
MATCH (notebook:Notebook)-[:CONTAINS]->(document:Document {id: $document, tenant: $tenant})
WHERE document.deletion IS NULL
// use: access/towards
WITH document, permission
WHERE permission IS NOT NULL
MATCH (document)-[:HAS_VERSION]->(version:DocumentVersion)
WITH collect(version) AS found
WITH found, size(found) AS total
UNWIND found AS version
WITH version, total
WHERE $before IS NULL OR version.number < $before
WITH version, total
ORDER BY version.number DESC
LIMIT $most
RETURN total,
  // use: versions/projection
