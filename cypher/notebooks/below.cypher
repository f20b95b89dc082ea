// A notebook and all below it that live, or that were deleted together, parents first.
//
// mode:    read
// params:  id: string, deletion: string, most: integer
// returns: id: string, parent: string, depth: integer
MATCH path = (:Notebook {id: $id, tenant: $tenant})-[:PARENT_OF*0..40]->(below:Notebook)
WHERE CASE WHEN $deletion IS NULL THEN below.status <> 'deleted' ELSE below.deletion = $deletion END
WITH below, length(path) AS depth
ORDER BY depth, below.id
LIMIT $most
OPTIONAL MATCH (parent:Notebook)-[:PARENT_OF]->(below)
RETURN below.id AS id, parent.id AS parent, depth
