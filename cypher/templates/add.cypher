// Keep a new template.
//
// mode:    write
// params:  id: string, name: string, description: string, outline: string, created_by: string, created_at: datetime
// returns: id: string
CREATE (template:NotebookTemplate {
  id: $id, tenant: $tenant, name: $name, description: $description, outline: $outline, created_by: $created_by,
  created_at: $created_at
})
RETURN template.id AS id
