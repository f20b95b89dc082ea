// A page of the chunks of a document that the viewer may read, in order.
//
// mode:    read
// params:  viewer: string, document: string, after: integer, most: integer
// returns: chunk: map, total: integer
MATCH (viewer:User {id: $viewer, tenant: $tenant})
MATCH (notebook:Notebook)-[:CONTAINS]->(document:Document {id: $document, tenant: $tenant})
WHERE document.deletion IS NULL
// use: access/towards
WITH document, permission
WHERE permission IS NOT NULL
MATCH (document)-[:HAS_CHUNK]->(chunk:Chunk)
WHERE chunk.ordinal > $after AND
  // use: documents/shows
WITH document, chunk
ORDER BY chunk.ordinal
LIMIT $most
RETURN document.chunk_count AS total,
  // use: documents/chunk_projection
