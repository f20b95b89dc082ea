// When those batches were begun that are there already.
MATCH (batch:UploadBatch) SET batch.created_second = datetime(batch.created_at).epochMillis / 1000;
