// The delivery, locked until the transaction ends.
//
// mode:    write
// params:  id: string, lock: string
// returns: delivery: map
MATCH (delivery:Delivery {id: $id, tenant: $tenant})
SET delivery.lock = $lock
RETURN
  // use: callbacks/delivery_projection
