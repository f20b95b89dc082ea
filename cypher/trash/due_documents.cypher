// Documents that were deleted by themselves before a second since 1970, or given up.
// They are found by a number: ArcadeDB's indexes of instants stumble over nodes that are gone.
//
// mode:    read
// tenant:  any; the sweeper looks after the trash of all tenants
// params:  before: integer, skip: integer, most: integer
// returns: id: string, tenant: string
MATCH (document:Document)
WHERE document.deleted_second < $before
WITH document
ORDER BY document.deleted_second, document.id
SKIP $skip
LIMIT $most
RETURN document.id AS id, document.tenant AS tenant
