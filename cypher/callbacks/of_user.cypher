// The latest callbacks of a user, those that live and stay first, and the latest first.
//
// mode:    read
// params:  user: string
// returns: callback: map
MATCH (owner:User {id: $user, tenant: $tenant})-[:CALLS_BACK]->(callback:Callback)
WITH callback
ORDER BY callback.ended_at IS NULL AND NOT callback.once DESC, callback.id DESC
LIMIT 500
RETURN
  // use: callbacks/projection
