// Live documents whose names match a full-text query, which names where they may lie, the best first.
//
// mode:    read
// params:  words: string, most: integer
// returns: id: string, score: float
CALL db.index.fulltext.queryNodes('document_words', $words, {limit: $most}) YIELD node AS document, score
WITH document, score
WHERE document.tenant = $tenant AND document.deletion IS NULL
RETURN document.id AS id, score
ORDER BY score DESC, id
