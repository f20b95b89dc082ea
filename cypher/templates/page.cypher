// A page of the tenant's templates, by name.
//
// mode:    read
// params:  key: string, after: string, most: integer
// returns: template: map, key: string, total: integer
MATCH (template:NotebookTemplate {tenant: $tenant})
WITH collect(template) AS found
WITH found, size(found) AS total
UNWIND found AS template
WITH template, toLower(template.name) AS key, total
WHERE $key IS NULL OR key > $key OR (key = $key AND template.id > $after)
WITH template, key, total
ORDER BY key, template.id
LIMIT $most
RETURN key, total,
  // use: templates/projection
