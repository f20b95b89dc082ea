// Keep an upload as it now is.
//
// mode:    write
// params:  id: string, length: integer, document: string, job: string, expires_at: datetime, expires_second: integer, aborted_at: datetime
// returns: id: string
MATCH (upload:Upload {id: $id, tenant: $tenant})
SET upload.length = $length, upload.document = $document, upload.job = $job, upload.expires_at = $expires_at,
  upload.expires_second = $expires_second, upload.aborted_at = $aborted_at
RETURN upload.id AS id
