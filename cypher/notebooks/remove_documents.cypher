// Mark the live documents in notebooks as deleted together; the notebooks keep their counts, to come back with.
//
// mode:    write
// params:  ids: list<string>, deletion: string, user: string, now: datetime
// returns: id: string
MATCH (notebook:Notebook)-[:CONTAINS]->(document:Document)
WHERE notebook.id IN $ids AND notebook.tenant = $tenant AND document.deletion IS NULL
SET document.deletion = $deletion, document.deleted_by = $user, document.deleted_at = $now
RETURN document.id AS id
