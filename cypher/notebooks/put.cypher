// Keep a notebook as it now is; its place and its counts stay.
//
// mode:    write
// params:  id: string, name: string, description: string, visibility: string, status: string, compliance_settings: string, tags: list<string>, version: integer, updated_at: datetime, search_name: string, words: string
// returns: id: string
MATCH (notebook:Notebook {id: $id, tenant: $tenant})
SET notebook.name = $name, notebook.description = $description, notebook.visibility = $visibility,
  notebook.status = $status, notebook.compliance_settings = $compliance_settings, notebook.tags = $tags,
  notebook.version = $version, notebook.updated_at = $updated_at, notebook.search_name = $search_name,
  notebook.words = $words
RETURN notebook.id AS id
