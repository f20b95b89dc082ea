// Give notebooks up that were deleted together: nobody can bring them back, and they are to be erased.
//
// mode:    write
// params:  deletion: string
// returns: id: string
MATCH (notebook:Notebook {deletion: $deletion, tenant: $tenant})
SET notebook.deleted_second = 0
RETURN notebook.id AS id
