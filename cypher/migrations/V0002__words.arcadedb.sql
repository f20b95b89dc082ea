-- The full-text indexes. A query names where its answers may lie: `scope` holds the tenant and the path.
CREATE VERTEX TYPE Chunk IF NOT EXISTS;
CREATE PROPERTY Chunk.text IF NOT EXISTS STRING;
CREATE PROPERTY Chunk.scope IF NOT EXISTS STRING;
CREATE INDEX passage_words IF NOT EXISTS ON Chunk (text, scope) FULL_TEXT;
CREATE VERTEX TYPE Notebook IF NOT EXISTS;
CREATE PROPERTY Notebook.name IF NOT EXISTS STRING;
CREATE PROPERTY Notebook.description IF NOT EXISTS STRING;
CREATE PROPERTY Notebook.scope IF NOT EXISTS STRING;
CREATE INDEX notebook_words IF NOT EXISTS ON Notebook (name, description, scope) FULL_TEXT;
CREATE VERTEX TYPE Document IF NOT EXISTS;
CREATE PROPERTY Document.name IF NOT EXISTS STRING;
CREATE PROPERTY Document.scope IF NOT EXISTS STRING;
CREATE INDEX document_words IF NOT EXISTS ON Document (name, scope) FULL_TEXT;
