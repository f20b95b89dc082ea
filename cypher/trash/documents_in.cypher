// Some of the documents in a deleted notebook, however they were deleted.
//
// mode:    read
// params:  notebook: string, most: integer
// returns: id: string
MATCH (:Notebook {id: $notebook, tenant: $tenant, status: 'deleted'})-[:CONTAINS]->(document:Document)
RETURN document.id AS id
LIMIT $most
