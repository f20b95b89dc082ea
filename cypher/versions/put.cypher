// Keep a version as it now is; its bytes stay what they are.
//
// mode:    write
// params:  id: string, processing_status: string, content_type: string, title: string, page_count: integer, characters: integer, extractor: string, texts: string, extracted_metadata: string, failure_code: string, failure_message: string
// returns: id: string
MATCH (version:DocumentVersion {id: $id, tenant: $tenant})
SET version.processing_status = $processing_status, version.content_type = $content_type,
  version.title = $title, version.page_count = $page_count, version.characters = $characters,
  version.extractor = $extractor, version.texts = $texts, version.extracted_metadata = $extracted_metadata,
  version.failure_code = $failure_code, version.failure_message = $failure_message
RETURN version.id AS id
