// Deliveries that are to be tried, the longest due first.
// They are found by a number: ArcadeDB's indexes of instants stumble over nodes that are gone.
//
// mode:    read
// tenant:  any; whoever delivers does so for all tenants
// params:  now: integer, most: integer
// returns: delivery: map
MATCH (delivery:Delivery)
WHERE delivery.due_second <= $now
WITH delivery
ORDER BY delivery.due_second, delivery.id
LIMIT $most
RETURN
  // use: callbacks/delivery_projection
