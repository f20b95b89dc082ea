// What came in a container with one of its versions, at any depth, and is absent.
//
// mode:    read
// params:  container: string, number: integer
// returns: id: string
MATCH (:Document {id: $container, tenant: $tenant})-[came:CONTAINS_FILE]->(top:Document)
WHERE coalesce(came.number, 1) = $number
MATCH path = (top)-[:CONTAINS_FILE*0..2]->(document:Document)
WHERE all(step IN nodes(path) WHERE step.deletion = 'absent')
RETURN DISTINCT document.id AS id
