// Bring back the documents that were deleted together with their notebooks.
//
// mode:    write
// params:  ids: list<string>, deletion: string
// returns: id: string
MATCH (notebook:Notebook)-[:CONTAINS]->(document:Document {deletion: $deletion, tenant: $tenant})
WHERE notebook.id IN $ids
SET document.scope_ = notebook.scope_
REMOVE document.deletion, document.deleted_by, document.deleted_at
RETURN document.id AS id
