// How many documents came in one, at any depth, deleted ones too, and how many bytes they have; what came with other
// versions only is not counted.
//
// mode:    read
// params:  container: string
// returns: count: integer, bytes: integer
MATCH (:Document {id: $container, tenant: $tenant})-[:CONTAINS_FILE*1..3]->(document:Document)
WHERE document.deletion IS NULL OR document.deletion <> 'absent'
RETURN count(document) AS count, sum(document.file_size) AS bytes
