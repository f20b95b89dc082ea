// Leave nothing in the activities of a notebook that a document said of itself, but that it was there.
//
// mode:    write
// params:  notebook: string, document: string, details: string
// returns: told: integer
MATCH (:Notebook {id: $notebook, tenant: $tenant})-[:SAW]->(activity:Activity)
WHERE activity.details CONTAINS $document
SET activity.details = $details
RETURN count(*) AS told
