// The full-text indexes. A query names where its answers may lie: `scope` holds the tenant and the path.
CREATE FULLTEXT INDEX passage_words IF NOT EXISTS FOR (n:Chunk) ON EACH [n.text, n.scope];
CREATE FULLTEXT INDEX notebook_words IF NOT EXISTS FOR (n:Notebook) ON EACH [n.name, n.description, n.scope];
CREATE FULLTEXT INDEX document_words IF NOT EXISTS FOR (n:Document) ON EACH [n.name, n.scope];
CALL db.awaitIndexes(60);
