// A page of the documents of all tenants by their ids, with the blobs that they point to.
//
// mode:    read
// tenant:  any; orphans are looked for in all tenants
// params:  after: string, most: integer
// returns: id: string, blobs: list<string>
MATCH (document:Document)
WHERE document.id > $after
WITH document
ORDER BY document.id
LIMIT $most
OPTIONAL MATCH (document)-[:HAS_VERSION]->(version:DocumentVersion)
WITH document, collect(version.blob) AS blobs, collect(version.texts) AS texts
RETURN document.id AS id, blobs + texts + [document.blob, document.texts] AS blobs
