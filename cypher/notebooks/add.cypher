// Keep new notebooks, each with its owner and in its parent, parents first.
//
// mode:    write
// params:  rows: list<map>
// returns: id: string
UNWIND $rows AS row
MATCH (owner:User {id: row.owner, tenant: $tenant})
CREATE (owner)-[:OWNS {created_at: row.created_at, status: 'active', level: 4}]->(notebook:Notebook {
  id: row.id, tenant: $tenant, name: row.name, description: row.description, visibility: row.visibility,
  status: row.status, compliance_settings: row.compliance_settings, tags: row.tags, document_count: 0,
  total_size_bytes: 0, version: row.version, created_at: row.created_at, updated_at: row.updated_at,
  search_name: row.search_name, words: row.words, scope_: $tenant + ' ' + row.id
})
RETURN notebook.id AS id
