// Whether the viewer may read one notebook at hand.
//
// mode:    fragment
// needs:   viewer, notebook
// gives:   readable
(notebook.status <> 'deleted' AND (
  EXISTS {
    MATCH (notebook)<-[:PARENT_OF*0..20]-(:Notebook)<-[grant:OWNS|COLLABORATES_ON]-(viewer)
    WHERE grant.status = 'active'
  }
  OR EXISTS { (notebook)<-[:PARENT_OF*0..20]-(:Notebook {visibility: 'public'}) }
)) AS readable
