// How many documents came in a version of a container that is not shown yet, and how many bytes they have.
//
// mode:    read
// params:  container: string, number: integer
// returns: count: integer, bytes: integer
MATCH (:Document {id: $container, tenant: $tenant})-[came:CONTAINS_FILE]->(document:Document)
WHERE came.number = $number
RETURN count(document) AS count, sum(document.file_size) AS bytes
