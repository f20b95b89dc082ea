// Erase chunks that belong to no document.
//
// mode:    write
// tenant:  any; orphans are looked for in all tenants
// params:  ids: list<string>
// returns: erased: integer
UNWIND $ids AS given
MATCH (chunk:Chunk {id: given})
WHERE NOT EXISTS { (:Document)-[:HAS_CHUNK]->(chunk) }
DETACH DELETE chunk
RETURN count(*) AS erased
