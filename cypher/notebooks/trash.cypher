// A page of a viewer's trash: the topmost of what was deleted together, if they own it, or deleted it and administer it still.
//
// mode:    read
// params:  viewer: string, text: string, tag: string, status: string, order: string, key: any, after: string, most: integer
// returns: notebook: map, permission: integer, starred: boolean, stars: integer, key: any, total: integer
MATCH (viewer:User {id: $viewer, tenant: $tenant})
CALL (viewer) {
  MATCH (viewer)-[:OWNS]->(notebook:Notebook {status: 'deleted'})
  RETURN notebook
  UNION
  MATCH (notebook:Notebook {deleted_by: $viewer, tenant: $tenant})
  WHERE EXISTS {
    (notebook)<-[:PARENT_OF*0..20]-(:Notebook)<-[grant:OWNS|COLLABORATES_ON]-(viewer)
    WHERE grant.status = 'active' AND grant.level = 4
  }
  RETURN notebook
}
WITH viewer, collect(DISTINCT notebook) AS trash
UNWIND trash AS notebook
WITH viewer, trash, notebook
WHERE notebook.deleted_second > 0
  AND NOT EXISTS {
    (notebook)<-[:PARENT_OF]-(above:Notebook)
    WHERE above IN trash AND above.deletion = notebook.deletion
  }
  AND ($text IS NULL OR notebook.search_name CONTAINS $text)
  AND ($tag IS NULL OR $tag IN notebook.tags)
  AND ($status IS NULL OR notebook.status = $status)
WITH viewer, collect(notebook) AS found
WITH viewer, found, size(found) AS total
UNWIND found AS notebook
WITH viewer, notebook, total, CASE $order
  WHEN 'name' THEN notebook.search_name
  WHEN 'created' THEN -datetime(notebook.created_at).epochMillis
  ELSE -datetime(notebook.updated_at).epochMillis
END AS key
WHERE $key IS NULL OR key > $key OR (key = $key AND notebook.id > $after)
WITH viewer, notebook, total, key
ORDER BY key, notebook.id
LIMIT $most
WITH viewer, notebook, total, key, 4 AS permission
RETURN permission, EXISTS { (viewer)-[:STARRED]->(notebook) } AS starred, COUNT { (notebook)<-[:STARRED]-(:User) } AS stars, key, total,
  // use: notebooks/projection
ORDER BY key, notebook.id
