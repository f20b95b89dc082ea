// Those of the chunks that exist and are to have vectors.
//
// mode:    read
// tenant:  any; orphans are looked for in all tenants
// params:  ids: list<string>
// returns: id: string
UNWIND $ids AS given
MATCH (chunk:Chunk {id: given})
WHERE coalesce(chunk.vectored, true)
RETURN chunk.id AS id
