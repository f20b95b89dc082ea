// A page of what was done to a notebook, the latest first.
//
// mode:    read
// params:  notebook: string, after: string, most: integer
// returns: activity: map, total: integer
MATCH (:Notebook {id: $notebook, tenant: $tenant})-[:SAW]->(activity:Activity)
WITH collect(activity) AS found
WITH found, size(found) AS total
UNWIND found AS activity
WITH activity, total
WHERE $after IS NULL OR activity.id < $after
WITH activity, total
ORDER BY activity.id DESC
LIMIT $most
RETURN activity {.id, .notebook, .actor, .verb, .subject, .details, .at} AS activity, total
