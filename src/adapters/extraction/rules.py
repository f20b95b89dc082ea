"""Rules: the straight lines that are drawn on a page, across and down, as its reader sees them."""

import ctypes
from collections.abc import Iterator, Sequence
from itertools import pairwise
from typing import Any, NamedTuple

import pypdfium2.raw as pdfium

from aether.adapters.extraction.typeset import Sheet

OBJECTS_MOST = 5_000
"""A page with more objects is a drawing."""
STROKES_MOST = 4_000
"""How many strokes are looked at on a page; one with more of them is a drawing."""
THIN = 3.0
"""How thick a rule is at most, in points; some programs fill a rectangle for each."""
FAR = 20_000.0
"""Beyond it nothing stands on a page, in points; what is no number lies nowhere."""
SHORTEST = 4.0
"""How long it is at least, in points."""
NEAR = 2.0
"""How far apart two rules are at most that are meant to be in one line, in points."""


class Rule(NamedTuple):
    """A straight line: where it lies across its direction, and from where to where it reaches along it."""

    at: float
    begin: float
    end: float


class Rules(NamedTuple):
    """The rules of a page, in points from its top left corner."""

    across: Sequence[Rule]
    down: Sequence[Rule]


def rules_on(page: Any, sheet: Sheet) -> Rules | None:
    """The rules that are drawn on a page, those in one line put together; none if there can be no table."""
    count = pdfium.FPDFPage_CountObjects(page)
    if count > OBJECTS_MOST:
        return None
    get, type_of, path = pdfium.FPDFPage_GetObject, pdfium.FPDFPageObj_GetType, pdfium.FPDF_PAGEOBJ_PATH
    paths = [it for place in range(count) if type_of(it := get(page, place)) == path]
    if not paths:
        return None
    across: list[Rule] = []
    down: list[Rule] = []
    for seen, stroke in enumerate(stroke for it in paths for stroke in _strokes(it)):
        if seen > STROKES_MOST:
            return None
        left, top, right, bottom = sheet.shown(stroke)
        if not (-FAR < left <= right < FAR and -FAR < top <= bottom < FAR):
            continue
        if bottom - top <= THIN and right - left >= SHORTEST:
            across.append(Rule((top + bottom) / 2, left, right))
        elif right - left <= THIN and bottom - top >= SHORTEST:
            down.append(Rule((left + right) / 2, top, bottom))
    return Rules(_joined(across), _joined(down)) if across and down else None


def _strokes(path: Any) -> Iterator[tuple[float, float, float, float]]:
    """The boxes (left, bottom, right, top) of what may be rules in a path, as the page counts."""
    sides = [ctypes.c_float() for _ in range(4)]
    if not pdfium.FPDFPageObj_GetBounds(path, *map(ctypes.byref, sides)):
        return
    left, bottom, right, top = (side.value for side in sides)
    if min(right - left, top - bottom) <= THIN:
        yield left, bottom, right, top
        return
    filled, stroked = ctypes.c_int(), ctypes.c_int()
    if pdfium.FPDFPath_GetDrawMode(path, ctypes.byref(filled), ctypes.byref(stroked)) and stroked.value:
        for line in _lines(path):
            for (x0, y0), (x1, y1) in pairwise(line):
                yield min(x0, x1), min(y0, y1), max(x0, x1), max(y0, y1)


def _lines(path: Any) -> Iterator[list[tuple[float, float]]]:
    """The lines of a path, each as its points; what is curved parts them."""
    matrix = pdfium.FS_MATRIX()
    pdfium.FPDFPageObj_GetMatrix(path, ctypes.byref(matrix))
    line: list[tuple[float, float]] = []
    x, y = ctypes.c_float(), ctypes.c_float()
    for place in range(min(pdfium.FPDFPath_CountSegments(path), STROKES_MOST)):
        segment = pdfium.FPDFPath_GetPathSegment(path, place)
        pdfium.FPDFPathSegment_GetPoint(segment, ctypes.byref(x), ctypes.byref(y))
        point = (
            matrix.a * x.value + matrix.c * y.value + matrix.e,
            matrix.b * x.value + matrix.d * y.value + matrix.f,
        )
        if pdfium.FPDFPathSegment_GetType(segment) != pdfium.FPDF_SEGMENT_LINETO:
            yield line
            line = []
        line.append(point)
        if pdfium.FPDFPathSegment_GetClose(segment):
            line.append(line[0])
    yield line


def _joined(rules: Sequence[Rule]) -> list[Rule]:
    """*rules*, those that lie in one line and touch put together."""
    joined: list[Rule] = []
    for level in _levels(sorted(rules)):
        at = sum(rule.at for rule in level) / len(level)
        run: list[Rule] = []
        for _, begin, end in sorted(level, key=lambda rule: rule.begin):
            if run and begin <= run[-1].end + NEAR:
                run[-1] = Rule(at, run[-1].begin, max(run[-1].end, end))
            else:
                run.append(Rule(at, begin, end))
        joined += run
    return joined


def _levels(rules: Sequence[Rule]) -> Iterator[list[Rule]]:
    """Sorted *rules*, those together that are in one line."""
    level: list[Rule] = []
    for rule in rules:
        if level and rule.at > level[0].at + NEAR:
            yield level
            level = []
        level.append(rule)
    if level:
        yield level
