// Those of the findings that a viewer may read.
//
// mode:    read
// params:  viewer: string, ids: list<string>
// returns: finding: map
MATCH (viewer:User {id: $viewer, tenant: $tenant})
UNWIND $ids AS given
MATCH (finding:Finding {id: given, tenant: $tenant})
MATCH (notebook:Notebook)-[:CONTAINS]->(document:Document)-[:HAS_FINDING]->(finding)
WHERE document.deletion IS NULL
// use: access/towards
WITH finding, permission
WHERE permission IS NOT NULL
RETURN
  // use: documents/finding_projection
