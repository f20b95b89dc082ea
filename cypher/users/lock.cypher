// Those of the users that exist, locked until the transaction ends.
//
// mode:    write
// params:  ids: list<string>, lock: string
// returns: user: map
UNWIND $ids AS given
MATCH (user:User {id: given, tenant: $tenant})
WITH user
ORDER BY user.id
SET user.lock = $lock
RETURN
  // use: users/projection
