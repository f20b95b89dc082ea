// Drop the findings of a document.
//
// mode:    write
// params:  document: string
// returns: dropped: integer
MATCH (:Document {id: $document, tenant: $tenant})-[:HAS_FINDING]->(finding:Finding)
DETACH DELETE finding
RETURN count(*) AS dropped
