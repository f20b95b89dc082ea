// Hang new notebooks into their parents.
//
// mode:    write
// params:  rows: list<map>
// returns: id: string
UNWIND $rows AS row
MATCH (parent:Notebook {id: row.parent, tenant: $tenant})
MATCH (notebook:Notebook {id: row.id, tenant: $tenant})
CREATE (parent)-[:PARENT_OF]->(notebook)
RETURN notebook.id AS id
