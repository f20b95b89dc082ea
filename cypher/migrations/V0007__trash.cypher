// When that was deleted which is deleted already; what went with its notebook comes back, and is erased, with that.
MATCH (notebook:Notebook)
WHERE notebook.status = 'deleted'
SET notebook.deleted_second = datetime(notebook.deleted_at).epochMillis / 1000;
MATCH (notebook:Notebook)-[:CONTAINS]->(document:Document)
WHERE document.deletion IS NOT NULL AND (notebook.deletion IS NULL OR notebook.deletion <> document.deletion)
SET document.trash = document.tenant, document.deleted_second = datetime(document.deleted_at).epochMillis / 1000;
