"""Typeset lines: what a text layer says line by line, where each stands, and which belong together.

Lines belong to one paragraph while they follow at the page's usual distance in the same size.
"""

import ctypes
import re
from collections.abc import Iterator, Sequence
from itertools import pairwise
from typing import Any, NamedTuple

import pypdfium2.raw as pdfium

from aether.adapters.extraction.paragraphs import SIZES, Paragraph

APART = 1.35
"""How many times the page's usual distance between lines parts two paragraphs."""
AIRY = 1.25
"""How many times their own height two lines may stand apart in any case."""

HYPHEN = "\ufffe"
"""What marks a hyphen at the end of a line, where PDFium joins it to the next."""
_LINE = re.compile(r"[^\r\n]+")
_PAIR = re.compile(r"[\ud800-\udbff][\udc00-\udfff]")


class Line(NamedTuple):
    """A line as set: its height, and how far its foot is from the bottom of the page, in points.

    A hyphenated line goes on in the next row, so it has two feet. Its letters are those of the layer from
    *start* up to, not including, *end*.
    """

    said: str
    height: float
    foot: float
    last_foot: float
    left: float
    right: float
    start: int
    end: int


class Sheet(NamedTuple):
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


def sheet_of(page: Any) -> Sheet:
    """The part of *page* that is shown."""
    box = pdfium.FS_RECTF()
    pdfium.FPDF_GetPageBoundingBox(page, ctypes.byref(box))
    return Sheet(box.left, box.bottom, box.right, box.top, max(0, pdfium.FPDFPage_GetRotation(page)))


def lines_of(layer: Any, text: str) -> Iterator[Line]:
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
        left, right, foot, top = box.left, box.right, box.bottom, box.top
        where(layer, end - 1, place)
        last_foot, left, right = box.bottom, min(left, box.left), max(right, box.right)
        if last_foot != foot or box.top != top:
            # Its middle tells a line's size: it may begin with a bullet or a raised number.
            middle = (len(found[0].partition(HYPHEN)[0]) - 1) // 2
            where(layer, start + middle, place)
            foot, top = box.bottom, box.top
            if HYPHEN not in said:
                last_foot = foot
        yield Line(whole(said), top - foot, foot, last_foot, left, right, start, end)


def text_of(layer: Any) -> str:
    """The text of a layer, in the UTF-16 code units that PDFium counts."""
    count = pdfium.FPDFText_CountChars(layer)
    buffer = (ctypes.c_ushort * (count + 1))()
    written = pdfium.FPDFText_GetText(layer, 0, count, buffer)
    size = max(written - 1, 0)
    said = ctypes.string_at(buffer, 2 * size).decode("utf-16-le", "surrogatepass")
    return said if len(said) == size else "".join(map(chr, buffer[:size]))


def whole(said: str) -> str:
    """What code units say, those put together that are halves of a letter."""
    return said if said.isascii() else _PAIR.sub(_letter, said)


def _letter(pair: re.Match[str]) -> str:
    """The letter beyond the basic plane that two code units stand for."""
    return pair[0].encode("utf-16-le", "surrogatepass").decode("utf-16-le")


def paragraphs_of(lines: Sequence[Line], sheet: Sheet) -> list[Paragraph]:
    """*lines* put together where they follow each other closely, in one size."""
    all_steps = (above.last_foot - below.foot for above, below in pairwise(lines))
    steps = sorted(step for step in all_steps if step > 0)
    usual = steps[len(steps) // 4] if steps else 0.0
    paragraphs: list[list[Line]] = []
    for line in lines:
        if paragraphs and _goes_on(paragraphs[-1][-1], line, usual):
            paragraphs[-1].append(line)
        else:
            paragraphs.append([line])
    return [
        Paragraph("\n".join([line.said for line in it]), it[0].height, sheet.shown(_around(it)))
        for it in paragraphs
    ]


def _goes_on(above: Line, line: Line, usual: float) -> bool:
    step = above.last_foot - line.foot
    alike = line.height < above.height * SIZES[-1] and above.height < line.height * SIZES[-1]
    return alike and 0 <= step < max(APART * usual, AIRY * line.height)


def _around(lines: Sequence[Line]) -> tuple[float, float, float, float]:
    """The left, bottom, right and top of all *lines*, as the page counts."""
    return (
        min([line.left for line in lines]),
        min([line.last_foot for line in lines]),
        max([line.right for line in lines]),
        max([line.foot + line.height for line in lines]),
    )
