// Bring back notebooks that were deleted together.
//
// mode:    write
// params:  ids: list<string>, deletion: string, now: datetime
// returns: id: string
MATCH (notebook:Notebook {deletion: $deletion, tenant: $tenant})
WHERE notebook.id IN $ids
SET notebook.status = notebook.status_before, notebook.updated_at = $now,
  notebook.version = notebook.version + 1
REMOVE notebook.status_before, notebook.deletion, notebook.deleted_by, notebook.deleted_at, notebook.deleted_second
RETURN notebook.id AS id
