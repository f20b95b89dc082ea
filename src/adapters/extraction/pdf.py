"""PDF: the text layer page by page, in paragraphs, headings and tables as their lines are set.

What is set clearly larger than most of the document is a heading, the larger the
higher. A page that shows something and has no text layer, or one that is rubbish, is read by its
looks; without Tesseract it is an empty page, and is counted. What PDFium cannot open is rewritten by
qpdf, which rebuilds lost tables, and tried again.
"""

import ctypes
import io
import re
from collections.abc import Callable, Sequence
from datetime import datetime
from functools import cached_property
from typing import Any

import pypdfium2
import pypdfium2.raw as pdfium

from aether.adapters.extraction.formats import Source
from aether.adapters.extraction.ocr import (
    DPI,
    PAGES_MOST,
    PIXELS_MOST,
    POINTS,
    Picture,
    Tesseract,
    in_turn,
    languages_of,
    sureness,
)
from aether.adapters.extraction.paragraphs import Paragraph, drafted
from aether.adapters.extraction.tabular import parts_of
from aether.adapters.extraction.typeset import text_of
from aether.domain.texts import Extracted, FileBroken, FileEncrypted

VERSION = f"3 pdfium {pypdfium2.PDFIUM_INFO.build}"

RUBBISH = 0.3
"""From which share of characters on that stand for nothing a text layer is rubbish."""
SAMPLE = 32
"""How many characters of a page are asked whether its fonts say what they stand for."""

_VOID = re.compile(r"[\x00-\x08\x0e-\x1f\x7f-\x9f\ue000-\uf8ff\ufffd]")
"""What stands for nothing: controls, private letters, replacements."""
_NOTHING = {"", "untitled", "anonymous", "unspecified", "unknown"}
_DATE = re.compile(r"(?:D:)?(\d{4})(\d\d)?(\d\d)?(\d\d)?(\d\d)?(\d\d)?")


def read(source: Source) -> Extracted:
    """The text of a PDF.

    Raises:
        FileEncrypted: It takes a password to open it.
        FileBroken: Neither PDFium nor qpdf can make sense of it.
    """
    document, repaired = opened(source)
    pages = _Pages(source, document)
    said = pages.read()
    metadata = {
        **_told(document),
        "page_count": len(said),
        "pages_without_text": sum(not page for page in said),
        "repaired": repaired,
        **pages.looked_at(said),
    }
    title = metadata.pop("title", None)
    return drafted(said).finished(
        content_type=source.content_type, extractor="pdf", version=VERSION, title=title, metadata=metadata
    )


class _Pages:
    """The pages of a document, and how they are read."""

    def __init__(self, source: Source, document: Any) -> None:
        self._source = source
        self._document = document
        self._slow = 0
        self._lacking: str | None = None

    @cached_property
    def _tesseract(self) -> Tesseract:
        return Tesseract(self._source.ocr)

    def read(self) -> list[list[Paragraph]]:
        """Each page's paragraphs; those that were read before are not read again."""
        given, count = self._source.stretches, len(self._document)
        version = f"{VERSION} {languages_of(self._source.ocr)}"
        before = given.before(of=count, version=version)
        pages = [[Paragraph(*row) for row in page] for page in before]
        for page in in_turn(self._begun(number) for number in range(len(pages), count)):
            pages.append(page)
            given.add(pages, of=count, version=version, dear=_by_looks(page))
            self._source.on_page(len(pages), count, self._slow)
        return pages

    def looked_at(self, pages: Sequence[Sequence[Paragraph]]) -> dict[str, Any]:
        """What there is to say about pages that have no text layer."""
        if self._lacking:
            return {"ocr_missing": self._lacking}
        seen = sum(map(_by_looks, pages))
        if not seen:
            return {}
        languages = self._tesseract.languages
        return {"pages_by_ocr": seen, "ocr_confidence": sureness(pages), "ocr_languages": languages}

    def _begun(self, number: int) -> Callable[[], list[Paragraph]]:
        """The reading of a page, the slow part of it under way; a page that cannot be read says nothing."""
        page = pdfium.FPDF_LoadPage(self._document, number)
        layer = page and pdfium.FPDFText_LoadPage(page)
        try:
            said = text_of(layer) if layer else ""
            paragraphs = parts_of(page, layer, said) if said else []
            if page and pdfium.FPDFPage_CountObjects(page) and (not paragraphs or _rubbish(layer, said)):
                return self._looked(page, paragraphs)
        finally:
            if layer:
                pdfium.FPDFText_ClosePage(layer)
            if page:
                pdfium.FPDF_ClosePage(page)
        return lambda: paragraphs

    def _looked(self, page: Any, otherwise: list[Paragraph]) -> Callable[[], list[Paragraph]]:
        self._lacking = self._tesseract.lacking
        if self._lacking or self._slow >= PAGES_MOST:
            return lambda: otherwise
        self._slow += 1
        reading = self._tesseract.begin(_picture(page))
        return lambda: reading() or otherwise


def _by_looks(page: Sequence[Paragraph]) -> bool:
    return any(paragraph.confidence is not None for paragraph in page)


def _picture(page: Any) -> Picture:
    """A page in grey, as it is shown."""
    points = pdfium.FPDF_GetPageWidthF(page), pdfium.FPDF_GetPageHeightF(page)
    scale = min(DPI / POINTS, (PIXELS_MOST / max(points[0] * points[1], 1)) ** 0.5)
    width, height = (max(1, round(side * scale)) for side in points)
    pixels = bytearray(b"\xff") * (width * height)
    buffer = (ctypes.c_char * len(pixels)).from_buffer(pixels)
    bitmap = pdfium.FPDFBitmap_CreateEx(width, height, pdfium.FPDFBitmap_Gray, buffer, width)
    try:
        flags = pdfium.FPDF_ANNOT | pdfium.FPDF_GRAYSCALE
        pdfium.FPDF_RenderPageBitmap(bitmap, page, 0, 0, width, height, 0, flags)
    finally:
        pdfium.FPDFBitmap_Destroy(bitmap)
    return Picture(width=width, height=height, pixels=bytes(pixels), points=points[0])


def _rubbish(layer: Any, said: str) -> bool:
    """Whether a text layer says nothing: by its letters, or since its fonts do not tell what they are.

    Letters of a private area, controls and replacements are counted; and of some characters, evenly
    spread, PDFium is asked whether it had to guess.
    """
    shown = len(said) - said.count(" ")
    if not said.isascii() and len(_VOID.findall(said)) >= RUBBISH * shown:
        return True
    step = max(1, len(said) // SAMPLE)
    places = range(0, len(said), step)
    guessed = [place for place in places if pdfium.FPDFText_HasUnicodeMapError(layer, place) == 1]
    return len(guessed) >= RUBBISH * len(places)


def opened(source: Source) -> tuple[Any, bool]:
    """The document, and whether it had to be repaired."""
    try:
        document = pypdfium2.PdfDocument(source.path)
        if len(document):
            return document, False
    except pypdfium2.PdfiumError as error:
        if error.err_code == pdfium.FPDF_ERR_PASSWORD:
            raise FileEncrypted("The PDF is protected by a password.") from error
    try:
        return pypdfium2.PdfDocument(_rewritten(source)), True
    except pypdfium2.PdfiumError as error:
        raise FileBroken("The PDF is damaged beyond repair.") from error


def _rewritten(source: Source) -> io.BytesIO:
    import pikepdf

    rewritten = io.BytesIO()
    try:
        with pikepdf.open(source.path, suppress_warnings=True) as damaged:
            if not len(damaged.pages):
                raise FileBroken("The PDF has no pages.")
            damaged.save(rewritten)
    except pikepdf.PasswordError as error:
        raise FileEncrypted("The PDF is protected by a password.") from error
    except pikepdf.PdfError as error:
        raise FileBroken("The PDF is damaged beyond repair.") from error
    return rewritten


def _told(document: Any) -> dict[str, Any]:
    """What the document says of itself."""
    told = {name: value.strip()[:1000] for name, value in document.get_metadata_dict().items()}
    kept = {
        "title": told.get("Title", "").removeprefix("Microsoft Word - "),
        "author": told.get("Author", ""),
        "created": _instant(told.get("CreationDate", "")),
        "modified": _instant(told.get("ModDate", "")),
    }
    return {name: value for name, value in kept.items() if value.strip("()").lower() not in _NOTHING}


def _instant(written: str) -> str:
    """A PDF's instant as ISO 8601, without its zone; empty if it is none."""
    if not (found := _DATE.match(written)):
        return ""
    year, month, day, hour, minute, second = (int(part or 0) for part in found.groups())
    try:
        return datetime(year, month or 1, day or 1, hour, minute, second).isoformat()  # noqa: DTZ001
    except ValueError:
        return ""
