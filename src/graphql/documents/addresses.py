"""Where the bytes and the pictures of documents are."""

from typing import TYPE_CHECKING

from aether.domain.previews import PREVIEWED, THUMBNAIL

if TYPE_CHECKING:
    pass


def download_url(id: str) -> str:
    """Where the bytes of the document with this id are."""
    return f"/documents/{id}/content"


def thumbnail_url(id: str, file_hash: str, content_type: str | None) -> str | None:
    """Where the thumbnail of a document with these bytes is, if it has one."""
    return page_image_url(id, file_hash, page=1, width=THUMBNAIL) if content_type in PREVIEWED else None


def page_image_url(id: str, file_hash: str, *, page: int, width: int) -> str:
    """Where a picture of a page is, as long as the document has these bytes."""
    return f"/documents/{id}/pages/{page}/image?width={width}&v={file_hash[:12]}"
