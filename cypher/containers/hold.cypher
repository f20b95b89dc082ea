// Hang documents on those in which they came, with the number of the version in which they did.
//
// mode:    write
// params:  rows: list<map>, number: integer
// returns: id: string
UNWIND $rows AS row
MATCH (container:Document {id: row.container, tenant: $tenant})
MATCH (document:Document {id: row.id, tenant: $tenant})
CREATE (container)-[:CONTAINS_FILE {number: $number}]->(document)
RETURN document.id AS id
