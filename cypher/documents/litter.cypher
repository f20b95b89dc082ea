// Note whether a document has chunks that it does not show.
//
// mode:    write
// params:  document: string, littered: boolean
// returns: id: string
MATCH (document:Document {id: $document, tenant: $tenant})
SET document.littered = $littered
RETURN document.id AS id
