// Keep chunks of a document, findable where the document lies once it shows their generation.
//
// mode:    write
// params:  document: string, generation: string, rows: list<map>
// returns: added: integer
MATCH (document:Document {id: $document, tenant: $tenant})
UNWIND $rows AS row
CREATE (document)-[:HAS_CHUNK]->(chunk:Chunk {
  id: row.id, tenant: $tenant, document: $document, ordinal: row.ordinal, page: row.page, start: row.start,
  end: row.end, headings: row.headings, text: row.text, text_hash: row.text_hash, file_hash: row.file_hash,
  vectored: row.vectored, generation: $generation, scope_: document.scope_
})
RETURN count(*) AS added
