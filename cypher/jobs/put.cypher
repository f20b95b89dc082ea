// Keep jobs as they now are.
//
// mode:    write
// params:  rows: list<map>
// returns: id: string
UNWIND $rows AS row
MATCH (job:Job {id: row.id, tenant: $tenant})
SET job.status = row.status, job.stage = row.stage, job.progress = row.progress, job.attempt = row.attempt,
  job.forgiven = row.forgiven, job.parts = row.parts, job.littered = CASE WHEN size(row.parts) > 0 THEN true END,
  job.failure_code = row.failure_code, job.failure_message = row.failure_message,
  job.updated_at = row.updated_at, job.finished_at = row.finished_at, job.open = CASE WHEN row.open THEN true END
RETURN job.id AS id
