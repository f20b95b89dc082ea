// The chunks of a document, in order.
//
// mode:    read
// params:  document: string
// returns: chunk: map
MATCH (:Document {id: $document, tenant: $tenant})-[:HAS_CHUNK]->(chunk:Chunk)
WITH chunk
ORDER BY chunk.ordinal
RETURN
  // use: documents/chunk_projection
