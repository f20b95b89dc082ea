// The notebooks above one, from the top down.
//
// mode:    read
// params:  id: string
// returns: id: string
MATCH path = (:Notebook {id: $id, tenant: $tenant})<-[:PARENT_OF*1..40]-(above:Notebook)
WITH above, length(path) AS distance
ORDER BY distance DESC
RETURN above.id AS id
