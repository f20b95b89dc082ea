// Some of the live documents in a notebook and below whose processing has not ended, and on which no job works.
//
// mode:    read
// params:  notebook: string, most: integer
// returns: document: map
MATCH (:Notebook {id: $notebook, tenant: $tenant})-[:PARENT_OF*0..40]->(notebook:Notebook)
WHERE notebook.status <> 'deleted'
MATCH (notebook)-[:CONTAINS]->(document:Document)
WHERE document.deletion IS NULL AND (
  document.processing_status IN ['pending', 'processing'] OR EXISTS {
    MATCH (document)-[:HAS_VERSION]->(version:DocumentVersion)
    WHERE version.number = document.coming AND version.processing_status IN ['pending', 'processing']
  }
) AND NOT EXISTS { MATCH (job:Job {subject: document.id}) WHERE job.open }
WITH notebook, document
LIMIT $most
RETURN
  // use: documents/projection
