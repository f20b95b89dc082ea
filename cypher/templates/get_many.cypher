// Those of the templates that exist.
//
// mode:    read
// params:  ids: list<string>
// returns: template: map
UNWIND $ids AS given
MATCH (template:NotebookTemplate {id: given, tenant: $tenant})
RETURN
  // use: templates/projection
