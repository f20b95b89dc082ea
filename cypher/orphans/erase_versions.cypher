// Erase versions that belong to no document.
//
// mode:    write
// tenant:  any; orphans are looked for in all tenants
// params:  ids: list<string>
// returns: erased: integer
UNWIND $ids AS given
MATCH (version:DocumentVersion {id: given})
WHERE NOT EXISTS { (:Document)-[:HAS_VERSION]->(version) }
DETACH DELETE version
RETURN count(*) AS erased
