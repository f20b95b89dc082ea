// What the viewer may do to a notebook at hand that they may read, from 1 (read) to 4 (admin).
//
// mode:    fragment
// needs:   viewer, notebook
// gives:   level
coalesce(COLLECT {
  MATCH (notebook)<-[:PARENT_OF*0..20]-(:Notebook)<-[grant:OWNS|COLLABORATES_ON]-(viewer)
  WHERE grant.status = 'active'
  RETURN grant.level ORDER BY grant.level DESC LIMIT 1
}[0], 1) AS level
