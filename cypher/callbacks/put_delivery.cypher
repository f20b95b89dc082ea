// Keep a delivery as it now is.
//
// mode:    write
// params:  id: string, status: string, attempts: integer, answer: integer, error: string, due_at: datetime, due_second: integer, ended_at: datetime, ended_second: integer
// returns: id: string
MATCH (delivery:Delivery {id: $id, tenant: $tenant})
SET delivery.status = $status, delivery.attempts = $attempts, delivery.answer = $answer, delivery.error = $error,
  delivery.due_at = $due_at, delivery.due_second = $due_second, delivery.ended_at = $ended_at,
  delivery.ended_second = $ended_second
RETURN delivery.id AS id
