// What is sensitive in documents; those that were processed before this have nothing noted yet.
CREATE CONSTRAINT finding_id_unique IF NOT EXISTS FOR (n:Finding) REQUIRE (n.id) IS UNIQUE;
