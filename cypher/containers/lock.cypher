// What came in a document, at any depth, locked until the transaction ends.
//
// mode:    write
// params:  container: string, lock: string
// returns: id: string
MATCH (:Document {id: $container, tenant: $tenant})-[:CONTAINS_FILE*1..3]->(document:Document)
WITH DISTINCT document
ORDER BY document.id
SET document.lock = $lock
RETURN document.id AS id
