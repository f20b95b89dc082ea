// Documents with chunks that they do not show, though no job works on them.
//
// mode:    read
// tenant:  any; the sweeper looks after the documents of all tenants
// params:  most: integer
// returns: id: string, tenant: string
MATCH (document:Document {littered: true})
WHERE document.deletion IS NULL AND NOT EXISTS { MATCH (job:Job {subject: document.id}) WHERE job.open IS NOT NULL }
RETURN document.id AS id, document.tenant AS tenant
LIMIT $most
