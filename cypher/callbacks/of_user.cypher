// The latest callbacks of a user, the latest first.
//
// mode:    read
// params:  user: string
// returns: callback: map
MATCH (owner:User {id: $user, tenant: $tenant})-[:CALLS_BACK]->(callback:Callback)
WITH callback
ORDER BY callback.id DESC
LIMIT 500
RETURN
  // use: callbacks/projection
