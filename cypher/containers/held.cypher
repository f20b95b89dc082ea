// How many documents came in one, deleted ones too, and how many bytes they have; what came with other versions only
// is not counted.
//
// mode:    read
// params:  outermost: string
// returns: count: integer, bytes: integer
MATCH (document:Document {outermost: $outermost, tenant: $tenant})
WHERE document.deletion IS NULL OR document.deletion <> 'absent'
RETURN count(document) AS count, sum(document.file_size) AS bytes
