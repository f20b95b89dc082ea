// Note on some chunks of documents that these lie elsewhere by now.
//
// mode:    write
// params:  ids: list<string>, most: integer
// returns: placed: integer
UNWIND $ids AS given
MATCH (document:Document {id: given, tenant: $tenant})-[:HAS_CHUNK]->(chunk:Chunk)
WHERE coalesce(chunk.scope_, '') <> coalesce(document.scope_, '')
WITH document, chunk
LIMIT $most
SET chunk.scope_ = document.scope_
RETURN count(*) AS placed
