// Those of the users that exist.
//
// mode:    read
// params:  ids: list<string>
// returns: user: map
MATCH (user:User)
WHERE user.id IN $ids AND user.tenant = $tenant
RETURN
  // use: users/projection
