// The document in which one came, be it deleted.
//
// mode:    read
// params:  id: string
// returns: id: string
MATCH (container:Document)-[:CONTAINS_FILE]->(:Document {id: $id, tenant: $tenant})
RETURN container.id AS id
