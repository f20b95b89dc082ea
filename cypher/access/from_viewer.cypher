// Every live notebook that the viewer may read.
//
// mode:    fragment
// needs:   viewer
// gives:   notebook
CALL (viewer) {
  MATCH (viewer)-[grant:OWNS|COLLABORATES_ON]->(root:Notebook)
  WHERE grant.status = 'active'
  MATCH (root)-[:PARENT_OF*0..20]->(notebook:Notebook)
  RETURN notebook
  UNION
  MATCH (root:Notebook {tenant: $tenant, visibility: 'public'})-[:PARENT_OF*0..20]->(notebook:Notebook)
  RETURN notebook
}
WITH DISTINCT viewer, notebook
WHERE notebook.status <> 'deleted'
