// Forget uploads.
//
// mode:    write
// params:  ids: list<string>
// returns: removed: integer
UNWIND $ids AS given
MATCH (upload:Upload {id: given, tenant: $tenant})
DETACH DELETE upload
RETURN count(*) AS removed
