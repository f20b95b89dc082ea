// What came in one document, at any depth, is counted by it.
CREATE INDEX document_outermost IF NOT EXISTS FOR (n:Document) ON (n.outermost);
