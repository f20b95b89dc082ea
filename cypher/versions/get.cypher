// A version of a document.
//
// mode:    read
// params:  document: string, number: integer
// returns: version: map
MATCH (:Document {id: $document, tenant: $tenant})-[:HAS_VERSION]->(version:DocumentVersion)
WHERE version.number = $number
RETURN
  // use: versions/projection
