// The latest deliveries of a callback, the latest first.
//
// mode:    read
// params:  callback: string, most: integer
// returns: delivery: map
MATCH (callback:Callback {id: $callback, tenant: $tenant})-[:SENDS]->(delivery:Delivery)
WITH delivery
ORDER BY delivery.created_at DESC, delivery.id DESC
LIMIT $most
RETURN
  // use: callbacks/delivery_projection
