// A page of the versions of all tenants by their ids, and whether each belongs to a document.
//
// mode:    read
// tenant:  any; orphans are looked for in all tenants
// params:  after: string, most: integer
// returns: id: string, tenant: string, document: string, owned: boolean
MATCH (version:DocumentVersion)
WHERE version.id > $after
WITH version
ORDER BY version.id
LIMIT $most
RETURN version.id AS id, version.tenant AS tenant, version.document AS document,
  EXISTS { (:Document)-[:HAS_VERSION]->(version) } AS owned
