// Bring back the documents that were deleted together.
//
// mode:    write
// params:  deletion: string
// returns: id: string
MATCH (document:Document {deletion: $deletion, tenant: $tenant})
REMOVE document.deletion, document.deleted_by, document.deleted_at
RETURN document.id AS id
