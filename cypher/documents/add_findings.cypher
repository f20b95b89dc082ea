// Keep what is sensitive in a document: where it stands, and masked.
//
// mode:    write
// params:  document: string, rows: list<map>
// returns: added: integer
MATCH (document:Document {id: $document, tenant: $tenant})
UNWIND $rows AS row
CREATE (document)-[:HAS_FINDING]->(finding:Finding {
  id: row.id, tenant: $tenant, document: $document, ordinal: row.ordinal, kind: row.kind, page: row.page,
  start: row.start, end: row.end, confidence: row.confidence, masked: row.masked, file_hash: row.file_hash
})
RETURN count(*) AS added
