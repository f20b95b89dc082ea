// Versions of documents. Documents that were there before have none noted: their first is noted with their second.
// What is deleted is found by when that was, and what it left behind by when it is due. Instants of what may be erased
// are not indexed any more: ArcadeDB's indexes of instants stumble over nodes that are gone, and nothing read by them.
CREATE CONSTRAINT documentversion_id_unique IF NOT EXISTS FOR (n:DocumentVersion) REQUIRE (n.id) IS UNIQUE;
CREATE INDEX document_trash IF NOT EXISTS FOR (n:Document) ON (n.trash);
CREATE INDEX document_deleted_second IF NOT EXISTS FOR (n:Document) ON (n.deleted_second);
CREATE INDEX document_texts IF NOT EXISTS FOR (n:Document) ON (n.texts);
CREATE INDEX documentversion_file_hash IF NOT EXISTS FOR (n:DocumentVersion) ON (n.file_hash);
CREATE INDEX documentversion_texts IF NOT EXISTS FOR (n:DocumentVersion) ON (n.texts);
CREATE INDEX notebook_deleted_second IF NOT EXISTS FOR (n:Notebook) ON (n.deleted_second);
CREATE INDEX user_avatar IF NOT EXISTS FOR (n:User) ON (n.avatar);
CREATE INDEX leftover_due_second IF NOT EXISTS FOR (n:Leftover) ON (n.due_second);
CREATE CONSTRAINT leftover_id_unique IF NOT EXISTS FOR (n:Leftover) REQUIRE (n.id) IS UNIQUE;
DROP INDEX document_uploaded_at IF EXISTS;
DROP INDEX document_processing_status_uploaded_at IF EXISTS;
DROP INDEX notebook_created_at IF EXISTS;
DROP INDEX notebook_updated_at IF EXISTS;
