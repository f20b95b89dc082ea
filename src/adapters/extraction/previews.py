"""Previews: a page of a PDF or of a picture in so many pixels, as WebP."""

import io
from typing import Any

import pypdfium2
from PIL import Image

from aether.adapters.extraction import formats, pdf, pictures
from aether.adapters.extraction.formats import Source

QUALITY = 80
PIXELS_MOST = 16_000_000
"""How many pixels a preview has at most: one of a page that is far higher than wide is narrower."""


def preview(source: Source, *, page: int, width: int) -> bytes | None:
    """A picture of *page*, 1 being the first; none if there is no such page.

    Raises:
        FileUnreadable: There is no picture of it to be had; the class tells why.
    """
    is_pdf = source.content_type == formats.PDF.content_type
    image = _page(source, page, width) if is_pdf else _picture(source, page, width)
    if image is None:
        return None
    written = io.BytesIO()
    image.save(written, "WEBP", quality=QUALITY)
    return written.getvalue()


def _page(source: Source, number: int, width: int) -> Image.Image | None:
    document, _ = pdf.opened(source)
    if number > len(document):
        return None
    page: Any = document[number - 1]
    points = page.get_size()
    scale = min(width / max(points[0], 1), (PIXELS_MOST / max(points[0] * points[1], 1)) ** 0.5)
    bitmap: pypdfium2.PdfBitmap = page.render(scale=scale, rev_byteorder=True)
    image: Image.Image = bitmap.to_pil()
    return image.convert("RGB")


def _picture(source: Source, number: int, width: int) -> Image.Image | None:
    with pictures.opened(source) as image:
        if number > (getattr(image, "n_frames", 1) if image.format == "TIFF" else 1):
            return None
        pictures.turned_to(image, number - 1)
        shown = pictures.decoded(image, most=PIXELS_MOST).convert("RGB")
    shown.thumbnail((width, PIXELS_MOST // width))
    return shown
