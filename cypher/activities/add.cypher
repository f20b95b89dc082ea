// Keep activities with the notebooks they are about.
//
// mode:    write
// params:  rows: list<map>
// returns: id: string
UNWIND $rows AS row
MATCH (notebook:Notebook {id: row.notebook, tenant: $tenant})
CREATE (notebook)-[:SAW]->(activity:Activity {
  id: row.id, tenant: $tenant, notebook: row.notebook, actor: row.actor, verb: row.verb, subject: row.subject,
  details: row.details, at: row.at
})
RETURN activity.id AS id
