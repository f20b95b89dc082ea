// The API key with a digest, and its owner.
//
// mode:    read
// tenant:  any; a key tells its tenant only once it is found
// params:  digest: string
// returns: key: map, user: map
MATCH (key:ApiKey {digest: $digest})<-[:HOLDS]-(owner:User)
WITH key, owner, owner AS user
RETURN
  // use: keys/projection,
  // use: users/projection
