"""PDF: the text layer page by page, in paragraphs and headings as their lines are set.

Lines belong to one paragraph while they follow at the page's usual distance in the same
size. What is set clearly larger than most of the document is a heading, the larger the
higher. A page that shows something and has no text layer, or one that is rubbish, is read by its
looks; without Tesseract it is an empty page, and is counted. What PDFium cannot open is rewritten by
qpdf, which rebuilds lost tables, and tried again.
"""

import ctypes
import io
import re
from collections.abc import Callable, Iterator, Sequence
from datetime import datetime
from functools import cached_property
from itertools import pairwise
from typing import Any, NamedTuple

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
from aether.adapters.extraction.paragraphs import SIZES, Paragraph, drafted
from aether.domain.texts import Extracted, FileBroken, FileEncrypted

VERSION = f"2 pdfium {pypdfium2.PDFIUM_INFO.build}"

APART = 1.35
"""How many times the page's usual distance between lines parts two paragraphs."""
AIRY = 1.25
"""How many times their own height two lines may stand apart in any case."""
RUBBISH = 0.3
"""From which share of characters on that stand for nothing a text layer is rubbish."""
SAMPLE = 32
"""How many characters of a page are asked whether its fonts say what they stand for."""

_LINE = re.compile(r"[^\r\n]+")
_PAIR = re.compile(r"[\ud800-\udbff][\udc00-\udfff]")
_VOID = re.compile(r"[\x00-\x08\x0e-\x1f\x7f-\x9f\ue000-\uf8ff\ufffd]")
"""What stands for nothing: controls, private letters, replacements."""
_NOTHING = {"", "untitled", "anonymous", "unspecified", "unknown"}
_HYPHEN = "\ufffe"
_DATE = re.compile(r"(?:D:)?(\d{4})(\d\d)?(\d\d)?(\d\d)?(\d\d)?(\d\d)?")


class _Line(NamedTuple):
    """A line as set: its height, and how far its foot is from the bottom of the page, in points.

    A hyphenated line goes on in the next row, so it has two feet.
    """

    said: str
    height: float
    foot: float
    last_foot: float
    left: float
    right: float


class _Sheet(NamedTuple):
    """The part of a page that is shown, as the page counts, and by how many quarters it is turned."""

    left: float
    bottom: float
    right: float
    top: float
    turned: int

    def shown(self, box: tuple[float, float, float, float]) -> tuple[float, ...]:
        """A box of the page (left, bottom, right, top) as it is shown, from the top left corner."""
        left, right = box[0] - self.left, box[2] - self.left
        top, bottom = self.top - box[3], self.top - box[1]
        width, height = self.right - self.left, self.top - self.bottom
        sides = (
            (left, top, right, bottom),
            (height - bottom, left, height - top, right),
            (width - right, height - bottom, width - left, height - top),
            (top, width - right, bottom, width - left),
        )[self.turned]
        return tuple([round(side, 1) for side in sides])


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
            said = _text_of(layer) if layer else ""
            paragraphs = _paragraphs(list(_lines_of(layer, said)), _sheet_of(page)) if said else []
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


def _sheet_of(page: Any) -> _Sheet:
    box = pdfium.FS_RECTF()
    pdfium.FPDF_GetPageBoundingBox(page, ctypes.byref(box))
    return _Sheet(box.left, box.bottom, box.right, box.top, max(0, pdfium.FPDFPage_GetRotation(page)))


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


def _lines_of(layer: Any, text: str) -> Iterator[_Line]:
    """The lines of a text layer. PDFium joins two lines where it sees a hyphen, and marks the joint."""
    box = pdfium.FS_RECTF()
    place = ctypes.byref(box)
    where = pdfium.FPDFText_GetLooseCharBox
    for found in _LINE.finditer(text):
        said = found[0].strip()
        if not said:
            continue
        start, end = found.span()
        where(layer, start, place)
        left, right = box.left, box.right
        where(layer, end - 1, place)
        last_foot, left, right = box.bottom, min(left, box.left), max(right, box.right)
        # Its middle tells a line's size: it may begin with a bullet or a raised number.
        middle = (len(found[0].partition(_HYPHEN)[0]) - 1) // 2
        where(layer, start + middle, place)
        if _HYPHEN not in said:
            last_foot = box.bottom
        whole = said if said.isascii() else _PAIR.sub(_letter, said)
        yield _Line(whole, box.top - box.bottom, box.bottom, last_foot, left, right)


def _text_of(layer: Any) -> str:
    """The text of a layer, in the UTF-16 code units that PDFium counts."""
    count = pdfium.FPDFText_CountChars(layer)
    buffer = (ctypes.c_ushort * (count + 1))()
    written = pdfium.FPDFText_GetText(layer, 0, count, buffer)
    size = max(written - 1, 0)
    said = bytes(memoryview(buffer)[:size]).decode("utf-16-le", "surrogatepass")
    return said if len(said) == size else "".join(map(chr, buffer[:size]))


def _letter(pair: re.Match[str]) -> str:
    """The letter beyond the basic plane that two code units stand for."""
    return pair[0].encode("utf-16-le", "surrogatepass").decode("utf-16-le")


def _paragraphs(lines: Sequence[_Line], sheet: _Sheet) -> list[Paragraph]:
    """*lines* put together where they follow each other closely, in one size."""
    all_steps = (above.last_foot - below.foot for above, below in pairwise(lines))
    steps = sorted(step for step in all_steps if step > 0)
    usual = steps[len(steps) // 4] if steps else 0.0
    paragraphs: list[list[_Line]] = []
    for line in lines:
        if paragraphs and _goes_on(paragraphs[-1][-1], line, usual):
            paragraphs[-1].append(line)
        else:
            paragraphs.append([line])
    return [
        Paragraph("\n".join([line.said for line in it]), it[0].height, sheet.shown(_around(it)))
        for it in paragraphs
    ]


def _goes_on(above: _Line, line: _Line, usual: float) -> bool:
    step = above.last_foot - line.foot
    alike = line.height < above.height * SIZES[-1] and above.height < line.height * SIZES[-1]
    return alike and 0 <= step < max(APART * usual, AIRY * line.height)


def _around(lines: Sequence[_Line]) -> tuple[float, float, float, float]:
    """The left, bottom, right and top of all *lines*, as the page counts."""
    return (
        min([line.left for line in lines]),
        min([line.last_foot for line in lines]),
        max([line.right for line in lines]),
        max([line.foot + line.height for line in lines]),
    )


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
