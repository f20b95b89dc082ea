"""Documents in the API: files in notebooks, and what is understood of them."""

from aether.graphql.documents.addresses import download_url, page_image_url, thumbnail_url
from aether.graphql.documents.changes import DocumentMutations, DocumentPayload
from aether.graphql.documents.passages import Chunk, chunk_by_id, chunks_listing
from aether.graphql.documents.questions import DocumentQueries
from aether.graphql.documents.shape import Document, document_by_id, documents_of, files_listing

__all__ = [
    "Chunk",
    "Document",
    "DocumentMutations",
    "DocumentPayload",
    "DocumentQueries",
    "chunk_by_id",
    "chunks_listing",
    "document_by_id",
    "documents_of",
    "download_url",
    "files_listing",
    "page_image_url",
    "thumbnail_url",
]
