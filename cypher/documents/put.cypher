// Keep a document as it now is; its place stays.
//
// mode:    write
// params:  id: string, name: string, search_name: string, words: string, processing_status: string, embedding_status: string, content_type: string, title: string, page_count: integer, characters: integer, extractor: string, texts: string, extracted_metadata: string, pii_detected: boolean, finding_count: integer, chunk_count: integer, vector_count: integer, generation: string, failure_code: string, failure_message: string, version: integer, coming: integer, updated_at: datetime, processed_at: datetime
// returns: id: string
MATCH (document:Document {id: $id, tenant: $tenant})
SET document.name = $name, document.search_name = $search_name, document.words = $words,
  document.processing_status = $processing_status, document.embedding_status = $embedding_status,
  document.content_type = $content_type,
  document.title = $title, document.page_count = $page_count, document.characters = $characters,
  document.extractor = $extractor, document.texts = $texts, document.extracted_metadata = $extracted_metadata,
  document.pii_detected = $pii_detected, document.finding_count = $finding_count,
  document.chunk_count = $chunk_count, document.vector_count = $vector_count,
  document.generation = $generation, document.failure_code = $failure_code,
  document.failure_message = $failure_message, document.version = $version, document.coming = $coming, document.updated_at = $updated_at,
  document.processed_at = $processed_at
RETURN document.id AS id
