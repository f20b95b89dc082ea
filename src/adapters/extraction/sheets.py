"""Workbooks: a page for each sheet, its name as heading, its rows as a table.

Numbers are written as a person would, dates and times in ISO 8601. Empty rows and what is empty
at the end of a row say nothing.
"""

import re
import struct
from collections.abc import Iterable, Iterator, Sequence
from datetime import date, datetime, time, timedelta
from functools import reduce
from importlib.metadata import version
from itertools import islice
from typing import Any

import orjson
from python_calamine import CalamineError, CalamineWorkbook, PasswordError, SheetTypeEnum

from aether.adapters.extraction import formats, markup
from aether.adapters.extraction.formats import Source
from aether.adapters.extraction.opendocument import told_in as told_in_open
from aether.adapters.extraction.packages import Package
from aether.adapters.extraction.titles import titled
from aether.domain.texts import BlockKind, Draft, Extracted, FileBroken, FileEncrypted, FileTooComplex

VERSION = f"2 calamine {version('python-calamine')}"

CELLS_MOST = 20_000_000
"""How many cells a sheet may span, empty ones included."""

_SMALL = 4 * 2**20
"""How large a sheet is at most that is looked through beforehand, in bytes."""
_CELL = re.compile(rb'<(?:\w+:)?c\b[^>]*?\br="([A-Z]{1,3})(\d{1,9})"(?:[^>]*[^/>])?>')
"""A cell that says something: one that says nothing ends where it begins."""
_AT_A_TIME = 400
"""How many rows are written at a time."""
_UNLIKE = ("e", "n", "0.0000", "-0.0,")
"""What JSON writes otherwise than Python: very small and very large numbers, and what is none."""
_SEAL, _END = 0x2F, 0x0A
"""Records of an old workbook: how it is encrypted, and the end of its head."""
_HEAD = 65_536


def read(source: Source) -> Extracted:
    """The text of a workbook.

    Raises:
        FileEncrypted: It takes a password to open it.
        FileBroken: It is damaged.
    """
    told = _told(source)
    try:
        draft, sheets = _drafted(source)
    except PasswordError as error:
        raise FileEncrypted("The workbook is protected by a password.") from error
    except (CalamineError, OSError, ValueError) as error:
        raise FileBroken("The workbook is damaged.") from error
    except BaseException as error:
        if type(error).__name__ == "PanicException":  # What calamine did not foresee; pyo3 hides the class.
            raise FileBroken("The workbook is damaged.") from None
        raise
    title = told.pop("title", None)
    extracted = draft.finished(
        content_type=source.content_type,
        extractor="sheets",
        version=VERSION,
        title=title,
        metadata={**told, "page_count": sheets},
    )
    return titled(extracted, title)


def _told(source: Source) -> dict[str, str]:
    """What a workbook says of itself; nothing, if it is of an old Excel."""
    if source.content_type == formats.XLS.content_type:
        _refuse_sealed(source)
        return {}
    with Package(source.path) as package:
        if source.content_type == formats.ODS.content_type:
            return told_in_open(package)
        if source.content_type == formats.XLSX.content_type:
            _refuse_vast(package)
        return markup.told_in(package)


def _refuse_vast(package: Package) -> None:
    """Refuse small sheets with a cell in a far corner: calamine takes memory for all cells before it.

    A large sheet is not looked at twice; where one is vast, the process ends for want of memory.
    """
    for name in package.names:
        if name.startswith("xl/worksheets/") and package.size_of(name) < _SMALL:
            cells = set(_CELL.findall(package.part(name)))
            rows = max((int(row) for _, row in cells), default=0)
            columns = max(map(_place_of, {column for column, _ in cells}), default=0)
            if rows * columns > CELLS_MOST:
                raise FileTooComplex(f"A sheet spans more than {CELLS_MOST:,} cells.")


def _place_of(column: bytes) -> int:
    """The place of a column, the first being 1, by its letters."""
    return reduce(lambda place, letter: place * 26 + letter - 64, column, 0)


def _refuse_sealed(source: Source) -> None:
    """Refuse an old workbook that is encrypted; calamine would read some as they stand."""
    import olefile  # type: ignore[import-untyped]

    try:
        with olefile.OleFileIO(source.path) as compound:
            name = "Workbook" if compound.exists("Workbook") else "Book"
            head = compound.openstream(name).read(_HEAD)
    except Exception as error:
        # What a damaged directory makes olefile raise has no bounds.
        raise FileBroken("The workbook is damaged.") from error
    place = 0
    while place + 4 <= len(head):
        kind, size = struct.unpack_from("<HH", head, place)
        if kind == _SEAL:
            raise FileEncrypted("The workbook is protected by a password.")
        place = place + 4 + size if kind != _END else len(head)


def _drafted(source: Source) -> tuple[Draft, int]:
    draft = Draft()
    with CalamineWorkbook.from_path(source.path) as book:
        sheets = book.sheets_metadata
        for place, sheet in enumerate(sheets):
            draft.turn()
            draft.add(sheet.name, BlockKind.HEADING, level=1)
            if sheet.typ is SheetTypeEnum.WorkSheet:
                draft.table(_written(book.get_sheet_by_index(place).iter_rows()))
            source.on_page(place + 1, len(sheets))
    return draft, len(sheets)


def _written(rows: Iterable[list[Any]]) -> Iterator[Sequence[str]]:
    """*rows* as a person would write them: the columns of some rows at a time, for most hold one type."""
    left = iter(rows)
    while some := list(islice(left, _AT_A_TIME)):
        yield from zip(*map(_column, zip(*some, strict=True)), strict=True)


def _column(cells: Sequence[Any]) -> Sequence[str]:
    types = set(map(type, cells))
    if types == {str}:
        return cells
    if types == {float} and (numbers := _numbers(cells)):
        return numbers
    return [cell if type(cell) is str else _WRITTEN[type(cell)](cell) for cell in cells]


def _numbers(cells: Sequence[float]) -> Sequence[str]:
    """Numbers as they are written, quicker than one by one; none if JSON writes some otherwise."""
    said = orjson.dumps(cells)[1:-1].decode() + ","
    if any(it in said for it in _UNLIKE):
        return ()
    return said[:-1].replace(".0,", ",").removesuffix(".0").split(",")


def _number(value: float) -> str:
    """A number; one without a fraction is written without a point, up to where it takes an exponent."""
    return repr(value + 0.0).removesuffix(".0")


def _instant(value: datetime) -> str:
    written = value.isoformat(sep="T", timespec="seconds")
    return written.removesuffix("T00:00:00")


def _truth(value: bool) -> str:
    return "TRUE" if value else "FALSE"


_WRITTEN: dict[type, Any] = {
    str: str,
    float: _number,
    int: str,
    bool: _truth,
    datetime: _instant,
    date: date.isoformat,
    time: time.isoformat,
    timedelta: str,
}
