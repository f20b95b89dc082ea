// A page of the documents directly in a notebook that the viewer may read.
//
// mode:    read
// params:  viewer: string, notebook: string, status: string, order: string, key: any, after: string, most: integer
// returns: document: map, permission: integer, key: any, total: integer
MATCH (viewer:User {id: $viewer, tenant: $tenant})
MATCH (notebook:Notebook {id: $notebook, tenant: $tenant})
// use: access/towards
WITH notebook, permission
WHERE permission IS NOT NULL
MATCH (notebook)-[:CONTAINS]->(document:Document)
WHERE document.deletion IS NULL AND ($status IS NULL OR document.processing_status = $status)
WITH notebook, permission, collect(document) AS found
WITH notebook, permission, found, size(found) AS total
UNWIND found AS document
WITH notebook, document, permission, total,
  CASE $order WHEN 'name' THEN document.search_name ELSE -datetime(document.uploaded_at).epochMillis END AS key
WHERE $key IS NULL OR key > $key OR (key = $key AND document.id > $after)
WITH notebook, document, permission, total, key
ORDER BY key, document.id
LIMIT $most
RETURN permission, key, total,
  // use: documents/projection
ORDER BY key, document.id
