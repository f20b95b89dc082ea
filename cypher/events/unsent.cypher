// The oldest events that are still in the outbox, in order.
//
// mode:    read
// tenant:  any; the relay hands on the events of all tenants
// params:  most: integer
// returns: event: map
MATCH (event:Event)
WITH event
ORDER BY event.id
LIMIT $most
RETURN event {.id, .tenant, .topic, .kind, .payload, .at, .final} AS event
