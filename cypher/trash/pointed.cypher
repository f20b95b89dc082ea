// Those of the blobs to which something points, in any tenant: a document or a version, deleted or not,
// a person, or a job that is reading.
//
// mode:    read
// tenant:  any; the same bytes are kept once for all tenants
// params:  keys: list<string>
// returns: key: string
UNWIND $keys AS given
WITH given
WHERE EXISTS { MATCH (document:Document) WHERE document.file_hash = given }
  OR EXISTS { MATCH (document:Document) WHERE document.texts = given }
  OR EXISTS { MATCH (version:DocumentVersion) WHERE version.file_hash = given }
  OR EXISTS { MATCH (version:DocumentVersion) WHERE version.texts = given }
  OR EXISTS { MATCH (user:User) WHERE user.avatar = given }
  OR EXISTS { MATCH (job:Job {littered: true}) WHERE given IN job.parts }
RETURN given AS key
