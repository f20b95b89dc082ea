// The callback, locked until the transaction ends.
//
// mode:    write
// params:  id: string, lock: string
// returns: callback: map
MATCH (callback:Callback {id: $id, tenant: $tenant})
SET callback.lock = $lock
RETURN
  // use: callbacks/projection
