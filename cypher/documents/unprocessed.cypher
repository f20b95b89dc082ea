// Those of the documents that live, whose processing has not ended, and on which no job works.
//
// mode:    read
// params:  ids: list<string>
// returns: id: string
UNWIND $ids AS given
MATCH (document:Document {id: given, tenant: $tenant})
WHERE document.deletion IS NULL AND (
  document.processing_status IN ['pending', 'processing'] OR EXISTS {
    MATCH (document)-[:HAS_VERSION]->(version:DocumentVersion)
    WHERE version.number = document.coming AND version.processing_status IN ['pending', 'processing']
  }
)
AND EXISTS { MATCH (notebook:Notebook)-[:CONTAINS]->(document) WHERE notebook.status <> 'deleted' }
AND NOT EXISTS { MATCH (job:Job {subject: document.id}) WHERE job.open }
RETURN document.id AS id
