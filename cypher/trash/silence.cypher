// Leave nothing in the activities of the notebooks in which a document lay that it said of itself, but that it was there.
//
// mode:    write
// params:  notebook: string, document: string, details: string
// returns: told: integer
MATCH (document:Document {id: $document, tenant: $tenant})
UNWIND [$notebook] + coalesce(document.lay_in, []) AS given
MATCH (:Notebook {id: given, tenant: $tenant})-[:SAW]->(activity:Activity)
WHERE activity.details CONTAINS $document
SET activity.details = $details
RETURN count(*) AS told
