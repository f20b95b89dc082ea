// Keep a new delivery with its callback.
//
// mode:    write
// params:  id: string, callback: string, job: string, kind: string, body: string, created_at: datetime, due_at: datetime, due_second: integer
// returns: id: string
MATCH (callback:Callback {id: $callback, tenant: $tenant})
CREATE (callback)-[:SENDS]->(delivery:Delivery {
  id: $id, tenant: $tenant, callback: $callback, job: $job, kind: $kind, body: $body, status: 'pending', attempts: 0,
  created_at: $created_at, due_at: $due_at, due_second: $due_second
})
RETURN delivery.id AS id
