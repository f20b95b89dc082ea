// Drop the chunks of a document.
//
// mode:    write
// params:  document: string
// returns: dropped: integer
MATCH (:Document {id: $document, tenant: $tenant})-[:HAS_CHUNK]->(chunk:Chunk)
DETACH DELETE chunk
RETURN count(*) AS dropped
