// Forget some deliveries that were over before a second since 1970.
//
// mode:    write
// tenant:  any; whoever delivers does so for all tenants
// params:  before: integer, most: integer
// returns: forgotten: integer
MATCH (delivery:Delivery)
WHERE delivery.ended_second < $before
WITH delivery
LIMIT $most
DETACH DELETE delivery
RETURN count(*) AS forgotten
