// Note on documents where they lie, for the full-text indexes; their chunks follow.
//
// mode:    write
// params:  rows: list<map>
// returns: id: string
UNWIND $rows AS row
MATCH (document:Document {id: row.id, tenant: $tenant})
SET document.scope_ = row.scope
RETURN document.id AS id
