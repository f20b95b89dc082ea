// Drop events that were handed on.
//
// mode:    write
// tenant:  any; the relay hands on the events of all tenants
// params:  ids: list<string>
// returns: dropped: integer
UNWIND $ids AS given
MATCH (event:Event {id: given})
DELETE event
RETURN count(*) AS dropped
