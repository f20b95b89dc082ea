// Drop some chunks of a document, of all generations but one.
//
// mode:    write
// params:  document: string, but: string, most: integer
// returns: dropped: integer
MATCH (:Document {id: $document, tenant: $tenant})-[:HAS_CHUNK]->(chunk:Chunk)
WHERE $but IS NULL OR coalesce(chunk.generation, '') <> $but
WITH chunk
LIMIT $most
DETACH DELETE chunk
RETURN count(*) AS dropped
