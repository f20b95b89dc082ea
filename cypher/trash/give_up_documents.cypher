// Give deleted documents up: nobody can bring them back, and they are to be erased.
//
// mode:    write
// params:  ids: list<string>
// returns: id: string
UNWIND $ids AS given
MATCH (document:Document {id: given, trash: $tenant})
SET document.deleted_second = 0
REMOVE document.trash
RETURN document.id AS id
