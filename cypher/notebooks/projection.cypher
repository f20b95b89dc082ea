// A notebook, as the adapter reads it. A private one is called shared once somebody collaborates on it.
//
// mode:    fragment
// needs:   notebook
// gives:   notebook
notebook {
  .id, .tenant, .name, .description, .status, .compliance_settings, .tags, .document_count,
  .total_size_bytes, .version, .created_at, .updated_at, .deletion,
  owner: [(notebook)<-[:OWNS]-(owner:User) | owner.id][0],
  parent: [(notebook)<-[:PARENT_OF]-(parent:Notebook) | parent.id][0],
  visibility: CASE
    WHEN notebook.visibility = 'public' THEN 'public'
    WHEN EXISTS { (notebook)<-[:COLLABORATES_ON {status: 'active'}]-(:User) } THEN 'shared'
    ELSE 'private'
  END
} AS notebook
