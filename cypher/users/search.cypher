// The users whose name, username or e-mail holds a text in lower case, by username; an address is searched for admins only.
//
// mode:    read
// params:  text: string, statuses: list<string>, addresses: boolean, key: string, after: string, most: integer
// returns: user: map, key: string, total: integer
MATCH (user:User {tenant: $tenant})
WHERE user.status IN $statuses AND (
  toLower(user.username) CONTAINS $text OR toLower(coalesce(user.full_name, '')) CONTAINS $text
  OR ($addresses AND toLower(coalesce(user.email, '')) CONTAINS $text)
)
WITH collect(user) AS found
WITH found, size(found) AS total
UNWIND found AS user
WITH user, toLower(user.username) AS key, total
WHERE $key IS NULL OR key > $key OR (key = $key AND user.id > $after)
WITH user, key, total
ORDER BY key, user.id
LIMIT $most
RETURN key, total,
  // use: users/projection
