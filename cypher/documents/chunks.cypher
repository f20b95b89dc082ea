// The chunks of a document, in order.
//
// mode:    read
// params:  document: string
// returns: chunk: map
MATCH (document:Document {id: $document, tenant: $tenant})-[:HAS_CHUNK]->(chunk:Chunk)
WHERE
  // use: documents/shows
WITH chunk
ORDER BY chunk.ordinal
RETURN
  // use: documents/chunk_projection
