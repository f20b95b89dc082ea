// Keep a new job with the notebook whose readers may follow it.
//
// mode:    write
// params:  id: string, kind: string, subject: string, notebook: string, priority: string, status: string, stage: string, progress: integer, attempt: integer, created_by: string, created_at: datetime, updated_at: datetime
// returns: id: string
MATCH (notebook:Notebook {id: $notebook, tenant: $tenant})
CREATE (notebook)-[:HAS_JOB]->(job:Job {
  id: $id, tenant: $tenant, kind: $kind, subject: $subject, notebook: $notebook, priority: $priority,
  status: $status, stage: $stage, progress: $progress, attempt: $attempt, created_by: $created_by, created_at: $created_at,
  updated_at: $updated_at, open: true
})
RETURN job.id AS id
