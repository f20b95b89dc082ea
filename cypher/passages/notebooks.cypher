// Live notebooks whose words match a full-text query, which names where they may lie, the best first.
//
// mode:    read
// params:  words: string, most: integer
// returns: id: string, score: float
CALL db.index.fulltext.queryNodes('notebook_words', $words, {limit: $most}) YIELD node AS notebook, score
WITH notebook, score
WHERE notebook.tenant = $tenant AND notebook.status <> 'deleted'
RETURN notebook.id AS id, score
ORDER BY score DESC, id
