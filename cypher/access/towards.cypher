// What the viewer may do to one notebook at hand, from 1 (read) to 4 (admin), or null.
//
// mode:    fragment
// needs:   viewer, notebook
// gives:   permission
CALL (viewer, notebook) {
  OPTIONAL MATCH (notebook)<-[:PARENT_OF*0..20]-(:Notebook)<-[grant:OWNS|COLLABORATES_ON]-(viewer)
  WHERE grant.status = 'active'
  RETURN max(grant.level) AS granted
}
WITH *, CASE
  WHEN notebook.status = 'deleted' THEN null
  WHEN granted IS NOT NULL THEN granted
  WHEN EXISTS { (notebook)<-[:PARENT_OF*0..20]-(:Notebook {visibility: 'public'}) } THEN 1
END AS permission
