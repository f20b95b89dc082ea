// What came in a container with the version that it shows and not with a later one, at any depth, and nobody changed
// since.
//
// mode:    read
// params:  container: string, since: integer, number: integer
// returns: id: string
MATCH (:Document {id: $container, tenant: $tenant})-[came:CONTAINS_FILE]->(top:Document)
WHERE coalesce(came.number, 1) >= $since AND coalesce(came.number, 1) <> $number
MATCH path = (top)-[:CONTAINS_FILE*0..2]->(document:Document)
WHERE all(step IN nodes(path) WHERE step.deletion IS NULL AND step.version = 1)
RETURN DISTINCT document.id AS id
