// A page of the findings of all tenants by their ids, and whether each belongs to a document.
//
// mode:    read
// tenant:  any; orphans are looked for in all tenants
// params:  after: string, most: integer
// returns: id: string, tenant: string, document: string, owned: boolean
MATCH (finding:Finding)
WHERE finding.id > $after
WITH finding
ORDER BY finding.id
LIMIT $most
RETURN finding.id AS id, finding.tenant AS tenant, finding.document AS document,
  EXISTS { (:Document)-[:HAS_FINDING]->(finding) } AS owned
