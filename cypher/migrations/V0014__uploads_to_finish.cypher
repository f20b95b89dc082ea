// Uploads that a worker is to finish are found by when it is to look at them.
CREATE INDEX upload_finish_second IF NOT EXISTS FOR (n:Upload) ON (n.finish_second);
