// Keep a job as it now is.
//
// mode:    write
// params:  id: string, status: string, stage: string, progress: integer, attempt: integer, returned: integer, parts: list<string>, failure_code: string, failure_message: string, updated_at: datetime, finished_at: datetime, open: boolean
// returns: id: string
MATCH (job:Job {id: $id, tenant: $tenant})
SET job.status = $status, job.stage = $stage, job.progress = $progress, job.attempt = $attempt,
  job.returned = $returned, job.parts = $parts, job.littered = CASE WHEN size($parts) > 0 THEN true END,
  job.failure_code = $failure_code, job.failure_message = $failure_message,
  job.updated_at = $updated_at, job.finished_at = $finished_at, job.open = CASE WHEN $open THEN true END
RETURN job.id AS id
