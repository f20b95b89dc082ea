// Mark notebooks as deleted together; nobody finds them by their words any more.
//
// mode:    write
// params:  ids: list<string>, deletion: string, user: string, now: datetime, second: integer
// returns: id: string
UNWIND $ids AS given
MATCH (notebook:Notebook {id: given, tenant: $tenant})
SET notebook.status_before = notebook.status, notebook.status = 'deleted', notebook.deletion = $deletion,
  notebook.deleted_by = $user, notebook.deleted_at = $now, notebook.deleted_second = $second, notebook.scope_ = ''
RETURN notebook.id AS id
