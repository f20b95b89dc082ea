-- The full-text indexes. A query names where its answers may lie: `scope_` holds the tenant and the path.
CREATE VERTEX TYPE Chunk IF NOT EXISTS;
CREATE PROPERTY Chunk.text IF NOT EXISTS STRING;
CREATE PROPERTY Chunk.scope_ IF NOT EXISTS STRING;
CREATE INDEX passage_words IF NOT EXISTS ON Chunk (text, scope_) FULL_TEXT;
CREATE VERTEX TYPE Notebook IF NOT EXISTS;
CREATE PROPERTY Notebook.words IF NOT EXISTS STRING;
CREATE PROPERTY Notebook.description IF NOT EXISTS STRING;
CREATE PROPERTY Notebook.scope_ IF NOT EXISTS STRING;
CREATE INDEX notebook_words IF NOT EXISTS ON Notebook (words, description, scope_) FULL_TEXT;
CREATE VERTEX TYPE Document IF NOT EXISTS;
CREATE PROPERTY Document.words IF NOT EXISTS STRING;
CREATE PROPERTY Document.scope_ IF NOT EXISTS STRING;
CREATE INDEX document_words IF NOT EXISTS ON Document (words, scope_) FULL_TEXT;
