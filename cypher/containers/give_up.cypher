// Give up what came in a document, at any depth, and is absent: nothing can bring it back, and it is to be erased.
//
// mode:    write
// params:  container: string
// returns: id: string
MATCH path = (:Document {id: $container, tenant: $tenant})-[:CONTAINS_FILE*1..3]->(document:Document)
WHERE all(step IN tail(nodes(path)) WHERE step.deletion = 'absent')
SET document.deleted_second = 0
RETURN document.id AS id
