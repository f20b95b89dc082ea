"""Previews: pictures of the pages of documents, made when somebody asks for one.

They come in a few widths, so that they can be kept. Only what was read is looked at: what was
not scanned yet, or found to carry a virus, has no previews.
"""

from pathlib import Path
from typing import Protocol

from aether.domain import checks
from aether.domain.errors import Invalid, Missing, Unavailable

WIDTHS = (64, 128, 256, 512, 1024, 2000)
"""How wide previews are, in pixels."""
THUMBNAIL = 256
"""The width of a thumbnail, in pixels."""
CONTENT_TYPE = "image/webp"
PREVIEWED = frozenset(
    {
        "application/pdf",
        "image/png",
        "image/jpeg",
        "image/gif",
        "image/tiff",
        "image/bmp",
        "image/webp",
        "image/avif",
        "image/jp2",
    }
)
"""The content types of what has previews."""


class PreviewMissing(Missing):
    """The document has no such page."""

    code = "PREVIEW_NOT_FOUND"

    def __init__(self, page: int) -> None:
        super().__init__(f"There is no picture of page {page}.")


class PreviewUnsupported(Invalid):
    """There are no pictures of documents of its kind, or of this one."""

    code = "PREVIEW_UNSUPPORTED"

    def __init__(self, message: str = "There are no pictures of such a document.") -> None:
        super().__init__(message, field="id")


class PreviewerBusy(Unavailable):
    """Too many pictures are waited for."""

    code = "PREVIEWER_BUSY"

    def __init__(self, *, retry_after_s: float) -> None:
        super().__init__("Too many pictures are being made; ask again soon.", retry_after_s=retry_after_s)


class Previewer(Protocol):
    """What makes previews."""

    async def preview(self, path: Path, *, content_type: str, page: int, width: int) -> bytes:
        """A picture in WebP of a page of the file at *path*, *page* being 1 for the first.

        It is no wider than the page itself where that is a picture. Cancelling it ends the work at once.

        Raises:
            PreviewMissing: There is no such page.
            PreviewUnsupported: There is no picture of it to be had.
            PreviewerBusy: Too many wait already.
        """
        ...


class Previews(Protocol):
    """Where previews are kept for a while; any of them may be gone at any time."""

    async def get(self, name: str) -> bytes | None:
        """The preview of that name, if it is still kept."""
        ...

    async def put(self, name: str, data: bytes) -> None:
        """Keep a preview; that it cannot be kept is no reason to fail."""
        ...


def width_for(asked: int) -> int:
    """The least of `WIDTHS` that is as wide as was *asked*.

    Raises:
        Invalid: It is narrower or wider than any.
    """
    checks.number(asked, field="width", least=WIDTHS[0], most=WIDTHS[-1])
    return next(width for width in WIDTHS if width >= asked)
