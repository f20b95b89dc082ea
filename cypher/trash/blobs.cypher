// Every blob that a document, its versions and whoever reads it point to.
//
// mode:    read
// params:  id: string
// returns: blob: string, texts: string
MATCH (document:Document {id: $id, tenant: $tenant})
RETURN document.blob AS blob, document.texts AS texts
UNION
MATCH (:Document {id: $id, tenant: $tenant})-[:HAS_VERSION]->(version:DocumentVersion)
RETURN version.blob AS blob, version.texts AS texts
UNION
MATCH (job:Job {subject: $id, tenant: $tenant})
UNWIND coalesce(job.parts, []) AS part
RETURN part AS blob, null AS texts
