// Those of the deliveries that exist.
//
// mode:    read
// params:  ids: list<string>
// returns: delivery: map
UNWIND $ids AS given
MATCH (delivery:Delivery {id: given, tenant: $tenant})
RETURN
  // use: callbacks/delivery_projection
