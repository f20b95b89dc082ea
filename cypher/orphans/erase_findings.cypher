// Erase findings that belong to no document.
//
// mode:    write
// tenant:  any; orphans are looked for in all tenants
// params:  ids: list<string>
// returns: erased: integer
UNWIND $ids AS given
MATCH (finding:Finding {id: given})
WHERE NOT EXISTS { (:Document)-[:HAS_FINDING]->(finding) }
DETACH DELETE finding
RETURN count(*) AS erased
