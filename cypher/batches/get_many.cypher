// Those of the batches that exist.
//
// mode:    read
// params:  ids: list<string>
// returns: batch: map
UNWIND $ids AS given
MATCH (batch:UploadBatch {id: given, tenant: $tenant})
RETURN batch {
  .id, .tenant, .owner, .notebook, .names, .sizes, .uploads, .codes, .messages, .created_at
} AS batch
