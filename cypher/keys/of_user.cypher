// A user's API keys, the latest first.
//
// mode:    read
// params:  user: string
// returns: key: map
MATCH (owner:User {id: $user, tenant: $tenant})-[:HOLDS]->(key:ApiKey)
WITH owner, key
ORDER BY key.id DESC
RETURN
  // use: keys/projection
