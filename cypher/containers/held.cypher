// How many documents came in one, deleted ones too, and how many bytes they have.
//
// mode:    read
// params:  outermost: string
// returns: count: integer, bytes: integer
MATCH (document:Document {outermost: $outermost, tenant: $tenant})
RETURN count(document) AS count, sum(document.file_size) AS bytes
