// A template, as the adapter reads it.
//
// mode:    fragment
// needs:   template
// gives:   template
template {.id, .tenant, .name, .description, .outline, .created_by, .created_at} AS template
