// Uploads are found by their id, and by when they expire.
CREATE INDEX upload_expires_second IF NOT EXISTS FOR (n:Upload) ON (n.expires_second);
CREATE CONSTRAINT upload_id_unique IF NOT EXISTS FOR (n:Upload) REQUIRE (n.id) IS UNIQUE;
