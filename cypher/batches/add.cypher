// Keep a new batch with its owner. Of each file there is one entry in each list; what is not there is empty, or -1.
//
// mode:    write
// params:  id: string, owner: string, notebook: string, names: list<string>, sizes: list<integer>, uploads: list<string>, codes: list<string>, messages: list<string>, created_at: datetime, created_second: integer
// returns: id: string
MATCH (owner:User {id: $owner, tenant: $tenant})
CREATE (owner)-[:BRINGS]->(batch:UploadBatch {
  id: $id, tenant: $tenant, owner: $owner, notebook: $notebook, names: $names, sizes: $sizes, uploads: $uploads,
  codes: $codes, messages: $messages, created_at: $created_at,
  created_second: $created_second
})
RETURN batch.id AS id
