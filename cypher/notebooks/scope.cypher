// Note on live notebooks, and those below them, where they lie: the tenant and every notebook on the path.
//
// mode:    write
// params:  ids: list<string>
// returns: id: string
UNWIND $ids AS given
MATCH (top:Notebook {id: given, tenant: $tenant})
MATCH (top)-[:PARENT_OF*0..40]->(notebook:Notebook)
WHERE notebook.status <> 'deleted'
WITH DISTINCT notebook
MATCH (notebook)<-[:PARENT_OF*0..40]-(above:Notebook)
WITH notebook, collect(above.id) AS path
SET notebook.scope_ = reduce(scope = $tenant, step IN path | scope + ' ' + step)
RETURN notebook.id AS id
