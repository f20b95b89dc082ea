// Batches are forgotten some time after they were begun.
CREATE INDEX uploadbatch_created_second IF NOT EXISTS FOR (n:UploadBatch) ON (n.created_second);
