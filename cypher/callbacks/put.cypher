// Keep a callback as it now is.
//
// mode:    write
// params:  id: string, ended_at: datetime, ended_why: string
// returns: id: string
MATCH (callback:Callback {id: $id, tenant: $tenant})
SET callback.ended_at = $ended_at, callback.ended_why = $ended_why
RETURN callback.id AS id
