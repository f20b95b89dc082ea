// A page of the documents that a viewer may bring back: all that were deleted by themselves where the viewer
// administers, and where they write those that they deleted; the latest deleted first.
//
// mode:    read
// params:  viewer: string, key: any, after: string, most: integer
// returns: document: map, permission: integer, deleted_by: string, deleted_at: datetime, key: any, total: integer
MATCH (viewer:User {id: $viewer, tenant: $tenant})
MATCH (document:Document {trash: $tenant})
MATCH (notebook:Notebook)-[:CONTAINS]->(document)
// use: access/towards
WITH viewer, document, permission
WHERE permission = 4 OR (permission = 3 AND document.deleted_by = $viewer)
WITH viewer, collect(document) AS found
WITH viewer, found, size(found) AS total
UNWIND found AS document
WITH viewer, document, total, -datetime(document.deleted_at).epochMillis AS key
WHERE $key IS NULL OR key > $key OR (key = $key AND document.id > $after)
WITH viewer, document, total, key
ORDER BY key, document.id
LIMIT $most
MATCH (notebook:Notebook)-[:CONTAINS]->(document)
// use: access/towards
RETURN permission, document.deleted_by AS deleted_by, document.deleted_at AS deleted_at, key, total,
  // use: documents/projection
ORDER BY key, document.id
