// Mark notebooks as deleted together; nobody finds them by their words any more.
//
// mode:    write
// params:  ids: list<string>, deletion: string, user: string, now: datetime
// returns: id: string
MATCH (notebook:Notebook)
WHERE notebook.id IN $ids AND notebook.tenant = $tenant
SET notebook.status_before = notebook.status, notebook.status = 'deleted', notebook.deletion = $deletion,
  notebook.deleted_by = $user, notebook.deleted_at = $now, notebook.scope_ = ''
RETURN notebook.id AS id
