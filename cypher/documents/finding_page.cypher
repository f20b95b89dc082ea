// A page of what is sensitive in a document that the viewer may read, in order.
//
// mode:    read
// params:  viewer: string, document: string, after: integer, most: integer
// returns: finding: map, total: integer
MATCH (viewer:User {id: $viewer, tenant: $tenant})
MATCH (notebook:Notebook)-[:CONTAINS]->(document:Document {id: $document, tenant: $tenant})
WHERE document.deletion IS NULL
// use: access/towards
WITH document, permission
WHERE permission IS NOT NULL
MATCH (document)-[:HAS_FINDING]->(finding:Finding)
WHERE finding.ordinal > $after
WITH document, finding
ORDER BY finding.ordinal
LIMIT $most
RETURN document.finding_count AS total,
  // use: documents/finding_projection
