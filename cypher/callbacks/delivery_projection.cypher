// A delivery, as the adapter reads it.
//
// mode:    fragment
// needs:   delivery
// gives:   delivery
delivery {
  .id, .tenant, .callback, .job, .kind, .body, .status, .attempts, .answer, .error, .created_at, .due_at, .ended_at
} AS delivery
