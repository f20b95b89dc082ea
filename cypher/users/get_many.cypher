// Those of the users that exist.
//
// mode:    read
// params:  ids: list<string>
// returns: user: map
UNWIND $ids AS given
MATCH (user:User {id: given, tenant: $tenant})
RETURN
  // use: users/projection
