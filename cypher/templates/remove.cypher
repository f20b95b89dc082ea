// Forget a template.
//
// mode:    write
// params:  id: string
// returns: removed: integer
MATCH (template:NotebookTemplate {id: $id, tenant: $tenant})
DETACH DELETE template
RETURN count(*) AS removed
