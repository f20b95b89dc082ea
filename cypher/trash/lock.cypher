// A document that was deleted by itself, locked until the transaction ends.
//
// mode:    write
// params:  id: string, lock: string
// returns: document: map, deleted_by: string, deleted_at: datetime
MATCH (document:Document {id: $id, tenant: $tenant})
SET document.lock = $lock
WITH document
WHERE document.trash IS NOT NULL
MATCH (notebook:Notebook)-[:CONTAINS]->(document)
RETURN document.deleted_by AS deleted_by, document.deleted_at AS deleted_at,
  // use: documents/projection
