// How many documents came in a version of a container that is not shown yet, and how many bytes they have; with each what
// came in that and goes and comes with it.
//
// mode:    read
// params:  container: string, number: integer
// returns: count: integer, bytes: integer
MATCH (:Document {id: $container, tenant: $tenant})-[came:CONTAINS_FILE]->(top:Document)
WHERE came.number = $number
MATCH path = (top)-[:CONTAINS_FILE*0..2]->(document:Document)
WHERE all(step IN nodes(path) WHERE (coalesce(step.deletion, '') = 'absent') = (coalesce(top.deletion, '') = 'absent'))
RETURN count(document) AS count, sum(document.file_size) AS bytes
