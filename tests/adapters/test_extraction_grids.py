"""Tables of every format: their cells in rows and columns, their headers, and which cells are one."""

# ruff: noqa: ISC004 - each file is one string, over several lines

from pathlib import Path

import pytest

from aether.adapters.extraction import sheets
from aether.domain.texts import BlockKind, Extracted, Grid
from tests import make_files as make
from tests.adapters import extraction_samples as samples
from tests.adapters.extraction_desk import Desk


@pytest.fixture
def desk(tmp_path: Path) -> Desk:
    return Desk(tmp_path)


Told = tuple[list[list[str]], int, list[tuple[int, ...]]]
"""The cells of a table, how many rows are headers, and which cells are one."""

LEVELS: list[list[str]] = [["Place", "Level"], ["", "5.25"], ["Köln | Ost", "3"]]
"""A table with an empty cell at the beginning of a row; the joint in a cell is to be told from one."""


def told(said: Extracted) -> Told:
    (table,) = (block for block in said.blocks if block.kind is BlockKind.TABLE)
    grid = Grid(table.of(said.text), start=table.start)
    rows = [[cell.said for cell in grid.cells(place, first=grid.columns)] for place in range(grid.rows)]
    return rows, table.layout.headers, [tuple(merge) for merge in table.layout.merges]


def _word(*rows: str) -> bytes:
    return make.word_of("<w:tbl>" + "".join(f"<w:tr>{row}</w:tr>" for row in rows) + "</w:tbl>")


def _wc(said: str, shape: str = "") -> str:
    return f"<w:tc><w:tcPr>{shape}</w:tcPr><w:p><w:r><w:t>{said}</w:t></w:r></w:p></w:tc>"


def _slide(properties: str, *rows: str) -> bytes:
    grid = f"<a:tbl>{properties}" + "".join(f"<a:tr>{row}</a:tr>" for row in rows) + "</a:tbl>"
    return samples.pptx(
        f"<p:graphicFrame><a:graphic><a:graphicData>{grid}</a:graphicData></a:graphic></p:graphicFrame>"
    )


def _ac(said: str, shape: str = "") -> str:
    return f"<a:tc {shape}><a:txBody><a:p><a:r><a:t>{said}</a:t></a:r></a:p></a:txBody></a:tc>"


def _open(*rows: str) -> bytes:
    return samples.opened("text", f"<table:table>{''.join(rows)}</table:table>")


def _oc(*cells: str, shape: str = "") -> str:
    filled = "".join(f"<table:table-cell {shape}><text:p>{it}</text:p></table:table-cell>" for it in cells)
    return f"<table:table-row>{filled}</table:table-row>"


_HEADED = "<w:trPr><w:tblHeader/></w:trPr>"
SET_OUT: dict[str, tuple[bytes, Told]] = {
    "a.docx": (
        _word(
            _HEADED + _wc("Place") + _wc("Level", '<w:gridSpan w:val="2"/>'),
            _HEADED + _wc("") + _wc("min") + _wc("max"),
            _wc("Ulm", '<w:vMerge w:val="restart"/>') + _wc("1") + _wc("2"),
            _wc("", "<w:vMerge/>") + _wc("3"),
        ),
        (
            [["Place", "Level", ""], ["", "min", "max"], ["Ulm", "1", "2"], ["", "3", ""]],
            2,
            [(0, 1, 1, 2), (2, 0, 2, 1)],
        ),
    ),
    "b.docx": (
        _word('<w:trPr><w:tblHeader w:val="0"/></w:trPr>' + _wc("a") + _wc("b"), _wc("c")),
        ([["a", "b"], ["c", ""]], 0, []),
    ),
    "a.pptx": (
        _slide(
            '<a:tblPr firstRow="1"/>',
            _ac("Level", 'gridSpan="2"') + _ac("", 'hMerge="1"'),
            _ac("Ulm", 'rowSpan="2"') + _ac("1"),
            _ac("", 'vMerge="1"') + _ac("2"),
        ),
        ([["Level", ""], ["Ulm", "1"], ["", "2"]], 1, [(0, 0, 1, 2), (1, 0, 2, 1)]),
    ),
    "b.pptx": (_slide("", _ac("a") + _ac("b")), ([["a", "b"]], 0, [])),
    "a.odt": (
        _open(
            f"<table:table-header-rows>{_oc('Place', 'Level')}</table:table-header-rows>",
            '<table:table-row><table:table-cell table:number-columns-spanned="2"><text:p>all</text:p>'
            "</table:table-cell><table:covered-table-cell/></table:table-row>",
            _oc("", "5.25"),
        ),
        ([["Place", "Level"], ["all", ""], ["", "5.25"]], 1, [(1, 0, 1, 2)]),
    ),
    "a.html": (
        b"<table><thead><tr><td>Place<td colspan=2>Level</thead>"
        b"<tr><th rowspan=2>Ulm<td>1<td>2<tr><td>3</table>",
        ([["Place", "Level", ""], ["Ulm", "1", "2"], ["", "3", ""]], 1, [(0, 1, 1, 2), (1, 0, 2, 1)]),
    ),
    "b.html": (b"<table><tr><th>a<th>b<tr><th>c<td>d</table>", ([["a", "b"], ["c", "d"]], 1, [])),
    "c.html": (b"<table><tr><td>a<td>b<tr><td>c<td colspan=x>d</table>", ([["a", "b"], ["c", "d"]], 0, [])),
    "a.md": (
        b"|Place|Level|\n|-|-|\n||5.25|\n|K\xc3\xb6ln \\| Ost|3|\n",
        ([["Place", "Level"], ["", "5.25"], ["Köln ¦ Ost", "3"]], 1, []),
    ),
    "a.rst": (
        b"=====  =====\nPlace  Level\n=====  =====\nUlm    5.25\nBonn   3\n=====  =====\n",
        ([["Place", "Level"], ["Ulm", "5.25"], ["Bonn", "3"]], 1, []),
    ),
    "b.rst": (
        b"+-----+-----+\n|Place|Level|\n+=====+=====+\n|     |5.25 |\n+-----+-----+\n",
        ([["Place", "Level"], ["", "5.25"]], 1, []),
    ),
    "c.rst": (
        b"=====  =====\nUlm    5.25\nBonn   3\n=====  =====\n",
        ([["Ulm", "5.25"], ["Bonn", "3"]], 0, []),
    ),
    "a.tex": (
        b"\\begin{tabular}{ll}\\toprule Place & Level\\\\ \\midrule & 5.25\\\\ Ulm & 3\\\\ "
        b"\\bottomrule\\end{tabular}",
        ([["Place", "Level"], ["", "5.25"], ["Ulm", "3"]], 1, []),
    ),
    "b.tex": (b"\\begin{tabular}{ll}\\hline a & b\\\\ \\hline\\end{tabular}", ([["a", "b"]], 0, [])),
    "a.org": (
        b"| Place | Level |\n|-------+-------|\n|       | 5.25 |\n",
        ([["Place", "Level"], ["", "5.25"]], 1, []),
    ),
    "b.org": (b"|---+---|\n| a | b |\n|---+---|\n", ([["a", "b"]], 0, [])),
    "a.adoc": (
        b"= Rivers\n\n|===\n|Place |Level\n\n|Ulm |5.25\n|Bonn |3\n|===\n",
        ([["Place", "Level"], ["Ulm", "5.25"], ["Bonn", "3"]], 1, []),
    ),
    "a.csv": (
        "Place,Level\n,5.25\nKöln | Ost,3\n".encode(),
        ([["Place", "Level"], ["", "5.25"], ["Köln ¦ Ost", "3"]], 0, []),
    ),
    "a.json": (
        b'[{"place": "Ulm", "level": 5}, {"level": 3}]',
        ([["place", "level"], ["Ulm", "5"], ["", "3"]], 1, []),
    ),
    "a.jsonl": (b'{"a": 1}\n{"b": "x | y"}\n', ([["a", "b"], ["1", ""], ["", "x ¦ y"]], 1, [])),
    "a.rtf": (
        rb"{\rtf1\trowd\trhdr Place\cell Level\cell\row\trowd\cell 5.25\cell\row\pard End.\par}",
        ([["Place", "Level"], ["", "5.25"]], 1, []),
    ),
    "a.fb2": (
        b'<FictionBook xmlns="http://www.gribuser.ru/xml/fictionbook/2.0"><body><section><table><tr><th>a</th><th>b</th></tr>'
        b"<tr><td/><td>1</td></tr></table></section></body></FictionBook>",
        ([["a", "b"], ["", "1"]], 1, []),
    ),
    "a.ipynb": (
        b'{"cells": [{"cell_type": "code", "source": "", "outputs": [{"data": {"text/html": '
        b'"<table><thead><tr><th></th><th>level</th></tr></thead><tr><th>0</th><td>5</td></tr></table>"}}]}]}',
        ([["", "level"], ["0", "5"]], 1, []),
    ),
    "a.xlsx": (
        samples.xlsx(
            f'<row r="1">{samples.said("B1", "Level")}</row><row r="2">{samples.said("A2", "Ulm | Ost")}'
            '<c r="B2"><v>5</v></c></row><row r="4"><c r="B4"><v>3.5</v></c></row>'
        ),
        ([["", "Level"], ["Ulm ¦ Ost", "5"], ["", "3.5"]], 0, []),
    ),
}


@pytest.mark.parametrize("name", SET_OUT)
async def test_a_table_of_any_format_keeps_its_cells_headers_and_merges(desk: Desk, name: str) -> None:
    data, expected = SET_OUT[name]

    assert told(await desk.read(data, name)) == expected


async def test_cells_that_span_without_end_make_no_endless_table(desk: Desk) -> None:
    rows = "<tr>" + "<td colspan=999999999 rowspan=999999999>a" * 20 + "</tr><tr><td>b</tr>" * 20

    cells, _, _ = told(await desk.read(f"<table>{rows}</table>".encode(), "a.html"))

    assert len(cells[0]) <= 20_001


@pytest.mark.parametrize(
    ("column", "written"),
    [
        ([5.25, 3.0, -2.0, 0.0], ["5.25", "3", "-2", "0"]),
        ([0.1, -0.0, 5.0], ["0.1", "0", "5"]),
        ([1e20, 3.0], ["1e+20", "3"]),
        ([1e-5, 0.0001, 3.0], ["1e-05", "0.0001", "3"]),
        ([float("nan"), 1.0], ["nan", "1"]),
        ([123456789012345.0, 1234567890123456.0], ["123456789012345", "1234567890123456"]),
        (["3.0", "a,b"], ["3.0", "a,b"]),
        (["", 5.0, True], ["", "5", "TRUE"]),
    ],
)
def test_a_column_is_written_as_its_cells_are_one_by_one(column: list[object], written: list[str]) -> None:
    assert list(sheets._column(column)) == written
    assert [it for cell in column for it in sheets._column([cell])] == written
