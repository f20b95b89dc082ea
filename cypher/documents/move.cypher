// Have documents, deleted ones too, lie in another notebook; those that live are counted there, and no longer where they
// were. Of where they were they keep the ids, since there things are told of them.
//
// mode:    write
// params:  ids: list<string>, notebook: string, now: datetime
// returns: id: string
MATCH (to:Notebook {id: $notebook, tenant: $tenant})
UNWIND $ids AS given
MATCH (from:Notebook)-[place:CONTAINS]->(document:Document {id: given, tenant: $tenant})
WITH to, from, place, document, CASE WHEN document.deletion IS NULL THEN 1 ELSE 0 END AS live
DELETE place
CREATE (to)-[:CONTAINS {added_at: $now}]->(document)
SET from.document_count = from.document_count - live,
  from.total_size_bytes = from.total_size_bytes - live * document.file_size,
  to.document_count = to.document_count + live,
  to.total_size_bytes = to.total_size_bytes + live * document.file_size,
  document.scope_ = CASE WHEN live = 1 THEN to.scope_ ELSE document.scope_ END,
  document.lay_in = CASE WHEN from.id IN coalesce(document.lay_in, []) THEN document.lay_in
    ELSE coalesce(document.lay_in, []) + [from.id] END
RETURN document.id AS id
