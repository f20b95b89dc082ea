// Drop events that were handed on.
//
// mode:    write
// tenant:  any; the relay hands on the events of all tenants
// params:  ids: list<string>
// returns: dropped: integer
MATCH (event:Event)
WHERE event.id IN $ids
DELETE event
RETURN count(*) AS dropped
