// The live documents in a notebook and below whose processing has not ended.
//
// mode:    read
// params:  notebook: string
// returns: document: map
MATCH (:Notebook {id: $notebook, tenant: $tenant})-[:PARENT_OF*0..40]->(notebook:Notebook)
WHERE notebook.status <> 'deleted'
MATCH (notebook)-[:CONTAINS]->(document:Document)
WHERE document.deletion IS NULL AND (
  document.processing_status IN ['pending', 'processing'] OR EXISTS {
    MATCH (document)-[:HAS_VERSION]->(version:DocumentVersion)
    WHERE version.number = document.coming AND version.processing_status IN ['pending', 'processing']
  }
)
RETURN
  // use: documents/projection
