// Note that documents came in a later version of their container too.
//
// mode:    write
// params:  container: string, ids: list<string>, number: integer
// returns: id: string
UNWIND $ids AS given
MATCH (:Document {id: $container, tenant: $tenant})-[came:CONTAINS_FILE]->(document:Document {id: given})
SET came.number = $number
RETURN document.id AS id
