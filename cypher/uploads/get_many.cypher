// Those of the uploads that exist.
//
// mode:    read
// params:  ids: list<string>
// returns: upload: map
UNWIND $ids AS given
MATCH (upload:Upload {id: given, tenant: $tenant})
RETURN
  // use: uploads/projection
