// Forget some batches that were begun before a second since 1970.
// They are found by a number: ArcadeDB's indexes of instants stumble over nodes that are gone.
//
// mode:    write
// tenant:  any; the sweeper looks after the batches of all tenants
// params:  before: integer, most: integer
// returns: forgotten: integer
MATCH (batch:UploadBatch)
WHERE batch.created_second < $before
WITH batch
LIMIT $most
DETACH DELETE batch
RETURN count(*) AS forgotten
