// Chunks of live documents that match a full-text query, which names where they may lie, the best first.
//
// mode:    read
// params:  words: string, most: integer
// returns: id: string, score: float
CALL db.index.fulltext.queryNodes('passage_words', $words, {limit: $most}) YIELD node AS chunk, score
MATCH (document:Document)-[:HAS_CHUNK]->(chunk)
WHERE chunk.tenant = $tenant AND document.deletion IS NULL AND
  // use: documents/shows
RETURN chunk.id AS id, score
ORDER BY score DESC, id
