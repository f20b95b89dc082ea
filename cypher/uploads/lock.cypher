// The upload, locked until the transaction ends.
//
// mode:    write
// params:  id: string, lock: string
// returns: upload: map
MATCH (upload:Upload {id: $id, tenant: $tenant})
SET upload.lock = $lock
RETURN
  // use: uploads/projection
