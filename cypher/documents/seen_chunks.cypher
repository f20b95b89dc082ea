// Those of the chunks that a viewer may read.
//
// mode:    read
// params:  viewer: string, ids: list<string>
// returns: chunk: map
MATCH (viewer:User {id: $viewer, tenant: $tenant})
UNWIND $ids AS given
MATCH (chunk:Chunk {id: given, tenant: $tenant})
MATCH (notebook:Notebook)-[:CONTAINS]->(document:Document)-[:HAS_CHUNK]->(chunk)
WHERE document.deletion IS NULL AND
  // use: documents/shows
// use: access/towards
WITH chunk, permission
WHERE permission IS NOT NULL
RETURN
  // use: documents/chunk_projection
