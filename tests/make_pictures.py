"""Makers of pictures with words in them, and of PDFs that are nothing but pictures."""

import io
from collections.abc import Sequence

import pikepdf
import pypdfium2
from PIL import Image

from tests import make_files as make


def picture(kind: str, *pages: Sequence[str]) -> bytes:
    """A file of this *kind*, as Pillow names it, with the lines of each page as a scanner sees them."""
    written = io.BytesIO()
    first, *others = _seen(*pages)
    more = {"save_all": True, "append_images": others} if others else {}
    first.save(written, kind, dpi=(200, 200), **more)
    return written.getvalue()


def scan(*pages: Sequence[str]) -> bytes:
    """A PDF of pictures; a page without lines is white paper."""
    written = io.BytesIO()
    first, *others = _seen(*pages)
    first.save(written, "PDF", resolution=200, save_all=True, append_images=others)
    return written.getvalue()


def pdf_of_nameless_letters(*lines: str) -> bytes:
    """A PDF that shows these lines, and whose fonts say of every letter that it is a private one."""
    with pikepdf.open(io.BytesIO(make.pdf(lines))) as file:
        mapped = (
            b"1 begincodespacerange <00> <FF> endcodespacerange 1 beginbfrange <00> <FF> <E000> endbfrange"
        )
        for font in file.pages[0].Resources.Font.values():
            font.ToUnicode = file.make_stream(mapped)
        written = io.BytesIO()
        file.save(written)
        return written.getvalue()


def _seen(*pages: Sequence[str]) -> list[Image.Image]:
    """The upper third of each page."""
    with pypdfium2.PdfDocument(make.pdf(*pages)) as document:
        seen = [page.render(scale=200 / 72, grayscale=True).to_pil() for page in document]
    return [image.crop((0, 0, image.width, image.height // 3)) for image in seen]
