// A job, as the adapter reads it.
//
// mode:    fragment
// needs:   job
// gives:   job
job {
  .id, .tenant, .kind, .subject, .notebook, .priority, .status, .stage, .progress, .attempt,
  .forgiven, .parts, .failure_code, .failure_message, .created_by, .created_at, .updated_at, .finished_at
} AS job
