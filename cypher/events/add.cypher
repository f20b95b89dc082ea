// Keep events in the outbox.
//
// mode:    write
// params:  rows: list<map>
// returns: id: string
UNWIND $rows AS row
CREATE (event:Event {
  id: row.id, tenant: $tenant, topic: row.topic, kind: row.kind, payload: row.payload, at: row.at, final: row.final
})
RETURN event.id AS id
