// Keep a user as they now are.
//
// mode:    write
// params:  id: string, username: string, email: string, full_name: string, avatar: string, roles: list<string>, groups: list<string>, preferences: string, status: string, updated_at: datetime, last_seen_at: datetime
// returns: id: string
MATCH (user:User {id: $id, tenant: $tenant})
SET user.username = $username, user.email = $email, user.full_name = $full_name, user.avatar = $avatar,
  user.roles = $roles, user.groups = $groups, user.preferences = $preferences, user.status = $status,
  user.updated_at = $updated_at, user.last_seen_at = $last_seen_at
RETURN user.id AS id
