// Keep an upload as it now is.
//
// mode:    write
// params:  id: string, length: integer, document: string, job: string, expires_at: datetime, expires_second: integer, aborted_at: datetime, finish_at: datetime, finish_second: integer, sha256: string, failure_code: string, failure_message: string
// returns: id: string
MATCH (upload:Upload {id: $id, tenant: $tenant})
SET upload.length = $length, upload.document = $document, upload.job = $job, upload.expires_at = $expires_at,
  upload.expires_second = $expires_second, upload.aborted_at = $aborted_at,
  upload.finish_at = $finish_at, upload.finish_second = $finish_second, upload.sha256 = $sha256,
  upload.failure_code = $failure_code, upload.failure_message = $failure_message
RETURN upload.id AS id
