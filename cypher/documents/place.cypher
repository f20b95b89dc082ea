// Note on documents and their chunks where they lie, for the full-text indexes.
//
// mode:    write
// params:  rows: list<map>
// returns: id: string
UNWIND $rows AS row
MATCH (document:Document {id: row.id, tenant: $tenant})
SET document.scope_ = row.scope
WITH document, row
OPTIONAL MATCH (document)-[:HAS_CHUNK]->(chunk:Chunk)
SET chunk.scope_ = row.scope
RETURN DISTINCT document.id AS id
