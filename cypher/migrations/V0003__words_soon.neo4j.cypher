// Kept within the transaction, an index of words takes 50 ms of the graph's time for each commit, and all
// commits one after the other. Kept soon after it, milliseconds later, it takes hardly anything.
DROP INDEX passage_words IF EXISTS;
DROP INDEX notebook_words IF EXISTS;
DROP INDEX document_words IF EXISTS;
CREATE FULLTEXT INDEX passage_words IF NOT EXISTS FOR (n:Chunk) ON EACH [n.text, n.scope_]
OPTIONS {indexConfig: {`fulltext.eventually_consistent`: true}};
CREATE FULLTEXT INDEX notebook_words IF NOT EXISTS FOR (n:Notebook) ON EACH [n.words, n.description, n.scope_]
OPTIONS {indexConfig: {`fulltext.eventually_consistent`: true}};
CREATE FULLTEXT INDEX document_words IF NOT EXISTS FOR (n:Document) ON EACH [n.words, n.scope_]
OPTIONS {indexConfig: {`fulltext.eventually_consistent`: true}};
CALL db.awaitIndexes(60);
