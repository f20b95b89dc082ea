// Forget that a user starred a notebook.
//
// mode:    write
// params:  id: string, user: string
// returns: id: string
MATCH (:User {id: $user, tenant: $tenant})-[star:STARRED]->(notebook:Notebook {id: $id, tenant: $tenant})
DELETE star
RETURN notebook.id AS id
