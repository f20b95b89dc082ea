// Those of the chunks that are to have vectors, and whose document is understood and embedded, so that they do.
//
// mode:    read
// tenant:  any; orphans are looked for in all tenants
// params:  ids: list<string>
// returns: id: string, document: string, tenant: string
UNWIND $ids AS given
MATCH (chunk:Chunk {id: given})
MATCH (document:Document)-[:HAS_CHUNK]->(chunk)
WHERE document.embedding_status = 'done' AND document.deletion IS NULL AND coalesce(chunk.vectored, true) AND
  // use: documents/shows
RETURN chunk.id AS id, document.id AS document, document.tenant AS tenant
