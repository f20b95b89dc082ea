// Mark the live documents in notebooks as deleted together; the notebooks keep their counts, to come back with.
//
// mode:    write
// params:  ids: list<string>, deletion: string, user: string, now: datetime
// returns: id: string
UNWIND $ids AS given
MATCH (notebook:Notebook {id: given, tenant: $tenant})
MATCH (notebook)-[:CONTAINS]->(document:Document)
WHERE document.deletion IS NULL
SET document.deletion = $deletion, document.deleted_by = $user, document.deleted_at = $now
RETURN document.id AS id
