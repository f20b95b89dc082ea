// A page of the chunks of all tenants by their ids, and whether each belongs to a document.
//
// mode:    read
// tenant:  any; orphans are looked for in all tenants
// params:  after: string, most: integer
// returns: id: string, tenant: string, document: string, owned: boolean
MATCH (chunk:Chunk)
WHERE chunk.id > $after
WITH chunk
ORDER BY chunk.id
LIMIT $most
RETURN chunk.id AS id, chunk.tenant AS tenant, chunk.document AS document,
  EXISTS { (:Document)-[:HAS_CHUNK]->(chunk) } AS owned
