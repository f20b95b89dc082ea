// Those of the documents that changed since then, or are worked on.
//
// mode:    read
// tenant:  any; orphans are looked for in all tenants
// params:  ids: list<string>, since: datetime
// returns: id: string
UNWIND $ids AS given
MATCH (document:Document {id: given})
WHERE document.updated_at > $since OR EXISTS { MATCH (job:Job {subject: document.id}) WHERE job.open }
RETURN document.id AS id
