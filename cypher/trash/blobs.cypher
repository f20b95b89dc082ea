// Every blob that a document and its versions point to.
//
// mode:    read
// params:  id: string
// returns: blob: string, texts: string
MATCH (document:Document {id: $id, tenant: $tenant})
RETURN document.blob AS blob, document.texts AS texts
UNION
MATCH (:Document {id: $id, tenant: $tenant})-[:HAS_VERSION]->(version:DocumentVersion)
RETURN version.blob AS blob, version.texts AS texts
