// Batches of uploads are found by their id.
CREATE CONSTRAINT uploadbatch_id_unique IF NOT EXISTS FOR (n:UploadBatch) REQUIRE (n.id) IS UNIQUE;
