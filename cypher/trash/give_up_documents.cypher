// Give deleted documents up, with what came in them and went with them: nobody can bring them back, and they are to
// be erased.
//
// mode:    write
// params:  ids: list<string>
// returns: id: string
UNWIND $ids AS given
MATCH (top:Document {id: given, trash: $tenant})
WITH top, top.deletion AS deletion
MATCH (top)-[:CONTAINS_FILE*0..3]->(document:Document)
WHERE document.deletion = deletion AND document.tenant = $tenant
WITH DISTINCT document
SET document.deleted_second = 0
REMOVE document.trash
RETURN document.id AS id
