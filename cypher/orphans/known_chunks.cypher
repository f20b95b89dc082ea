// Those of the chunks that exist.
//
// mode:    read
// tenant:  any; orphans are looked for in all tenants
// params:  ids: list<string>
// returns: id: string
UNWIND $ids AS given
MATCH (chunk:Chunk {id: given})
RETURN chunk.id AS id
