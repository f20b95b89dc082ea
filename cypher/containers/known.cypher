// Those of the ids that name a document, be it deleted, or one that came in a container and was erased.
//
// mode:    read
// params:  container: string, ids: list<string>
// returns: id: string
MATCH (container:Document {id: $container, tenant: $tenant})
UNWIND $ids AS given
OPTIONAL MATCH (document:Document {id: given, tenant: $tenant})
WITH container, given, document
WHERE document IS NOT NULL OR given IN coalesce(container.erased, [])
RETURN given AS id
