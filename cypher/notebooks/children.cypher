// A page of the live notebooks directly in one that the viewer may read; whoever may read it may read them.
//
// mode:    read
// params:  parent: string, viewer: string, text: string, tag: string, status: string, order: string, key: any, after: string, most: integer
// returns: notebook: map, permission: integer, starred: boolean, stars: integer, key: any, total: integer
MATCH (viewer:User {id: $viewer, tenant: $tenant})
MATCH (notebook:Notebook {id: $parent, tenant: $tenant})
// use: access/towards
WITH viewer, notebook AS parent, permission
WHERE permission IS NOT NULL
MATCH (parent)-[:PARENT_OF]->(notebook:Notebook)
WHERE notebook.status <> 'deleted'
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
// use: access/towards
RETURN permission, EXISTS { (viewer)-[:STARRED]->(notebook) } AS starred, COUNT { (notebook)<-[:STARRED]-(:User) } AS stars, key, total,
  // use: notebooks/projection
ORDER BY key, notebook.id
