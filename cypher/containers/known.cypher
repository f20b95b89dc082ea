// Those of the ids that name a document, be it deleted.
//
// mode:    read
// params:  ids: list<string>
// returns: id: string
UNWIND $ids AS given
MATCH (document:Document {id: given, tenant: $tenant})
RETURN document.id AS id
