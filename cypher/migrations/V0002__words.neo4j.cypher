// The full-text indexes. A query names where its answers may lie: `scope_` holds the tenant and the path.
CREATE FULLTEXT INDEX passage_words IF NOT EXISTS FOR (n:Chunk) ON EACH [n.text, n.scope_];
CREATE FULLTEXT INDEX notebook_words IF NOT EXISTS FOR (n:Notebook) ON EACH [n.words, n.description, n.scope_];
CREATE FULLTEXT INDEX document_words IF NOT EXISTS FOR (n:Document) ON EACH [n.words, n.scope_];
CALL db.awaitIndexes(60);
