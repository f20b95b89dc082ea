// Hang documents on those in which they came.
//
// mode:    write
// params:  rows: list<map>
// returns: id: string
UNWIND $rows AS row
MATCH (container:Document {id: row.container, tenant: $tenant})
MATCH (document:Document {id: row.id, tenant: $tenant})
CREATE (container)-[:CONTAINS_FILE]->(document)
RETURN document.id AS id
