// Those of the templates that exist.
//
// mode:    read
// params:  ids: list<string>
// returns: template: map
MATCH (template:NotebookTemplate)
WHERE template.id IN $ids AND template.tenant = $tenant
RETURN
  // use: templates/projection
