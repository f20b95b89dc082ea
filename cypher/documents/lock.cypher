// Those of the documents that live, locked until the transaction ends.
//
// mode:    write
// params:  ids: list<string>, lock: string
// returns: document: map
UNWIND $ids AS given
MATCH (document:Document {id: given, tenant: $tenant})
WITH document
ORDER BY document.id
SET document.lock = $lock
WITH document
WHERE document.deletion IS NULL
MATCH (notebook:Notebook)-[:CONTAINS]->(document)
RETURN
  // use: documents/projection
