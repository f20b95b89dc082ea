// Deliveries that are to be tried, the longest due first, each with the host that is told, but for some hosts.
// They are found by a number: ArcadeDB's indexes of instants stumble over nodes that are gone.
//
// mode:    read
// tenant:  any; whoever delivers does so for all tenants
// params:  now: integer, besides: list<string>, most: integer
// returns: id: string, tenant: string, host: string
MATCH (delivery:Delivery)
WHERE delivery.due_second <= $now
OPTIONAL MATCH (callback:Callback)-[:SENDS]->(delivery)
WITH delivery, coalesce(split(callback.url, '/')[2], '') AS host
WHERE NOT host IN $besides
WITH delivery, host
ORDER BY delivery.due_second, delivery.id
LIMIT $most
RETURN delivery.id AS id, delivery.tenant AS tenant, host
