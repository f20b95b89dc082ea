// While a document is cut anew, a chunk that stays is there twice: once as it is shown, once as it will be.
DROP CONSTRAINT chunk_id_unique IF EXISTS;
CREATE INDEX chunk_id IF NOT EXISTS FOR (n:Chunk) ON (n.id);
CREATE INDEX document_littered IF NOT EXISTS FOR (n:Document) ON (n.littered);
