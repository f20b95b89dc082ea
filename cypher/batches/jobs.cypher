// The jobs that process the documents, the latest last.
//
// mode:    read
// params:  documents: list<string>
// returns: job: map
UNWIND $documents AS given
MATCH (job:Job {subject: given, tenant: $tenant})
WHERE job.kind = 'processing'
WITH job
ORDER BY job.id
RETURN
  // use: jobs/projection
