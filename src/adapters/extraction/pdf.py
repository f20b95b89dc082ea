"""PDF: the text layer page by page, in paragraphs and headings as their lines are set.

Lines belong to one paragraph while they follow at the page's usual distance in the same
size. What is set clearly larger than most of the document is a heading, the larger the
higher. A page without a text layer is an empty page, and is counted. What PDFium cannot open is
rewritten by qpdf, which rebuilds lost tables, and tried again.
"""

import ctypes
import io
import re
from collections import Counter
from collections.abc import Iterator, Sequence
from datetime import datetime
from itertools import pairwise
from typing import Any, NamedTuple

import pypdfium2
import pypdfium2.raw as pdfium

from aether.adapters.extraction.formats import Source
from aether.domain.texts import BlockKind, Draft, Extracted, FileBroken, FileEncrypted

VERSION = f"1 pdfium {pypdfium2.PDFIUM_INFO.build}"

HEADING_MOST = 200
"""The longest heading, in characters."""
SIZES = (2.0, 1.6, 1.35, 1.15)
"""How many times the size of the body headings are set in, the highest first."""
APART = 1.35
"""How many times the page's usual distance between lines parts two paragraphs."""
AIRY = 1.25
"""How many times their own height two lines may stand apart in any case."""


_LINE = re.compile(r"[^\r\n]+")
_PAIR = re.compile(r"[\ud800-\udbff][\udc00-\udfff]")
_LETTER = re.compile(r"[^\W\d_]")
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


class _Paragraph(NamedTuple):
    said: str
    height: float


def read(source: Source) -> Extracted:
    """The text of a PDF.

    Raises:
        FileEncrypted: It takes a password to open it.
        FileBroken: Neither PDFium nor qpdf can make sense of it.
    """
    document, repaired = _opened(source)
    pages = _pages(source, document)
    metadata = {
        **_told(document),
        "page_count": len(pages),
        "pages_without_text": sum(not page for page in pages),
        "repaired": repaired,
    }
    title = metadata.pop("title", None)
    return _drafted(pages).finished(
        content_type=source.content_type, extractor="pdf", version=VERSION, title=title, metadata=metadata
    )


def _pages(source: Source, document: Any) -> list[list[_Paragraph]]:
    """Each page's paragraphs; those that were read before are not read again."""
    given = source.stretches
    before = given.before(of=len(document), version=VERSION)
    pages = [[_Paragraph(*row) for row in page] for page in before]
    for number in range(len(pages), len(document)):
        pages.append(_paragraphs(_lines(document, number)))
        given.add(pages, of=len(document), version=VERSION)
        source.on_page(number + 1, len(document))
    return pages


def _opened(source: Source) -> tuple[Any, bool]:
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


def _lines(document: Any, number: int) -> list[_Line]:
    """The lines of a page, in the order of its text; none for a page that cannot be read."""
    page = pdfium.FPDF_LoadPage(document, number)
    layer = page and pdfium.FPDFText_LoadPage(page)
    try:
        return list(_lines_of(layer)) if layer else []
    finally:
        if layer:
            pdfium.FPDFText_ClosePage(layer)
        if page:
            pdfium.FPDF_ClosePage(page)


def _lines_of(layer: Any) -> Iterator[_Line]:
    """The lines of a text layer. PDFium joins two lines where it sees a hyphen, and marks the joint."""
    box = pdfium.FS_RECTF()
    place = ctypes.byref(box)
    for found in _LINE.finditer(_text_of(layer)):
        said = found[0].strip()
        if not said:
            continue
        # Its middle tells a line's size: it may begin with a bullet or a raised number.
        middle = (len(found[0].partition(_HYPHEN)[0]) - 1) // 2
        pdfium.FPDFText_GetLooseCharBox(layer, found.start() + middle, place)
        height, foot = box.top - box.bottom, box.bottom
        if _HYPHEN in said:
            pdfium.FPDFText_GetLooseCharBox(layer, found.end() - 1, place)
        whole = said if said.isascii() else _PAIR.sub(_letter, said)
        yield _Line(whole, height, foot, box.bottom)


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


def _paragraphs(lines: Sequence[_Line]) -> list[_Paragraph]:
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
    return [_Paragraph("\n".join(line.said for line in it), it[0].height) for it in paragraphs]


def _goes_on(above: _Line, line: _Line, usual: float) -> bool:
    step = above.last_foot - line.foot
    alike = line.height < above.height * SIZES[-1] and above.height < line.height * SIZES[-1]
    return alike and 0 <= step < max(APART * usual, AIRY * line.height)


def _drafted(pages: Sequence[Sequence[_Paragraph]]) -> Draft:
    """The pages as a draft, what is set larger than the body as headings."""
    levels = _levels(pages)
    draft = Draft()
    for page in pages:
        draft.turn()
        for said, height in page:
            level = levels.get(round(height))
            if level and len(said) <= HEADING_MOST and _LETTER.search(said):
                draft.add(" ".join(said.split()), BlockKind.HEADING, level=level)
            else:
                draft.add(said)
    return draft


def _levels(pages: Sequence[Sequence[_Paragraph]]) -> dict[int, int]:
    """The level of a heading by its height in whole points; none for the body and what is smaller."""
    said = Counter[int]()
    for page in pages:
        for paragraph in page:
            said[round(paragraph.height)] += len(paragraph.said)
    body = max(said, key=lambda height: said[height], default=0)
    larger = {height: _size(height / body) for height in said if body and height >= body * SIZES[-1]}
    ranks = sorted(set(larger.values()))
    return {height: ranks.index(size) + 1 for height, size in larger.items()}


def _size(times: float) -> int:
    """Which of `SIZES` a heading has that is so many times the body's size."""
    return next(rank for rank, least in enumerate(SIZES) if times >= least)


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
