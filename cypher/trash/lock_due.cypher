// A deleted document that is due to be erased, locked; when it was deleted, or its notebook.
//
// mode:    write
// params:  id: string, lock: string
// returns: notebook: string, second: integer
MATCH (document:Document {id: $id, tenant: $tenant})
SET document.lock = $lock
WITH document
WHERE document.deletion IS NOT NULL
MATCH (notebook:Notebook)-[:CONTAINS]->(document)
RETURN notebook.id AS notebook,
  CASE WHEN notebook.status = 'deleted' AND notebook.deleted_second < coalesce(document.deleted_second, notebook.deleted_second + 1)
    THEN notebook.deleted_second ELSE document.deleted_second END AS second
