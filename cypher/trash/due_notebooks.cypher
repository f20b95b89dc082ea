// Notebooks that were deleted before a second since 1970, or given up.
//
// mode:    read
// tenant:  any; the sweeper looks after the trash of all tenants
// params:  before: integer, skip: integer, most: integer
// returns: id: string, tenant: string
MATCH (notebook:Notebook)
WHERE notebook.deleted_second < $before
WITH notebook
ORDER BY notebook.deleted_second, notebook.id
SKIP $skip
LIMIT $most
RETURN notebook.id AS id, notebook.tenant AS tenant
