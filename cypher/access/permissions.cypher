// What a user may do to each of the live notebooks; those they may not read are left out.
//
// mode:    read
// params:  user: string, ids: list<string>
// returns: id: string, permission: integer
MATCH (viewer:User {id: $user, tenant: $tenant})
UNWIND $ids AS given
MATCH (notebook:Notebook {id: given, tenant: $tenant})
// use: access/towards
WITH notebook, permission
WHERE permission IS NOT NULL
RETURN notebook.id AS id, permission
