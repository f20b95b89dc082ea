// Versions of documents. Documents that were there before have none noted: their first is noted with their second.
CREATE CONSTRAINT documentversion_id_unique IF NOT EXISTS FOR (n:DocumentVersion) REQUIRE (n.id) IS UNIQUE;
