"""What is read from workbooks and files of delimited values."""

# ruff: noqa: ISC004 - each text is one string, over several lines

import io
import zipfile
from pathlib import Path

import pytest

from aether.adapters.extraction import formats, sheets
from aether.domain.texts import FileBroken
from tests import make_files as make
from tests.adapters import extraction_samples as samples
from tests.adapters.extraction_desk import HEADING, TABLE, Desk, blocks
from tests.adapters.extraction_samples import SAMPLES


@pytest.fixture
def desk(tmp_path: Path) -> Desk:
    return Desk(tmp_path)


async def test_each_sheet_of_a_workbook_is_a_page_with_a_table(desk: Desk) -> None:
    said = await desk.read(SAMPLES["a.xlsx"].data, "levels.xlsx")

    assert blocks(said) == [
        (HEADING, 1, "Gauges"),
        (
            TABLE,
            None,
            "Place | Level | Since | Open\nBad Köln | 5.25 | 2024-05-01 | TRUE\n"
            "Ulm | 3 | 2024-05-01T12:00:00",
        ),
        (HEADING, 1, "Empty"),
    ]
    assert [block.page for block in said.blocks] == [1, 1, 2]
    assert (said.title, said.metadata["author"]) == ("Rivers of the North", "Ada")
    assert (said.extractor, said.metadata["page_count"]) == ("sheets", 2)


@pytest.mark.parametrize("name", ["a.xls", "a.xlsb", "a.ods"])
async def test_workbooks_of_every_kind_are_read_alike(desk: Desk, name: str) -> None:
    said = await desk.read(SAMPLES[name].data, name)

    heading, table = blocks(said)
    assert heading == (HEADING, 1, "Gauges")
    assert table[0] is TABLE
    assert [line.split(" | ")[:2] for line in table[2].split("\n")] == [["Place", "Level"], ["Köln", "5.25"]]
    assert [page.number for page in said.pages] == [1]


async def test_the_name_of_a_sheet_is_no_title(desk: Desk) -> None:
    assert (await desk.read(SAMPLES["a.xls"].data, "a.xls")).title is None


@pytest.mark.parametrize(
    ("cell", "written"),
    [
        ("<v>12345678901234</v>", "12345678901234"),
        ("<v>-0.5</v>", "-0.5"),
        ("<v>1E+20</v>", "1e+20"),
        ("<f>A1+1</f><v>7</v>", "7"),
    ],
)
async def test_numbers_are_written_as_a_person_would(desk: Desk, cell: str, written: str) -> None:
    said = await desk.read(samples.xlsx(f'<row r="1"><c r="A1">{cell}</c></row>'), "a.xlsx")

    assert blocks(said)[1][2] == written


async def test_a_table_of_many_rows_is_read_whole(desk: Desk) -> None:
    rows = "".join(
        f'<row r="{n}">{samples.said(f"A{n}", f"river {n}")}<c r="B{n}"><v>{n}</v></c></row>'
        for n in range(1, 5001)
    )

    said = await desk.read(samples.xlsx(rows), "a.xlsx")

    lines = blocks(said)[1][2].split("\n")
    assert (len(lines), lines[0], lines[-1]) == (5000, "river 1 | 1", "river 5000 | 5000")


def test_the_place_of_a_column_follows_from_its_letters() -> None:
    assert [sheets._place_of(it) for it in (b"A", b"Z", b"AA", b"XFD")] == [1, 26, 27, 16_384]


async def test_a_workbook_whose_parts_are_named_with_backslashes_is_read(desk: Desk) -> None:
    with zipfile.ZipFile(io.BytesIO(SAMPLES["a.xlsx"].data)) as package:
        parts = {name.replace("/", "\\"): package.read(name) for name in package.namelist()}

    said = await desk.read(make.packed(parts), "a.xlsx")

    assert "Bad Köln | 5.25" in said.text


@pytest.mark.parametrize(
    "parts",
    [
        {"xl/workbook.xml": b""},
        {"xl/workbook.xml": b"<workbook/>"},
        {"xl/workbook.bin": b"\x83"},
        {"xl/a": b""},
    ],
)
async def test_a_workbook_that_lacks_its_parts_is_refused(desk: Desk, parts: dict[str, bytes]) -> None:
    with pytest.raises(FileBroken):
        await desk.read(make.packed(parts), "a.xlsx")


@pytest.mark.parametrize(
    ("data", "delimiter", "text"),
    [
        (b"a,b\n1,2\n", ",", "a | b\n1 | 2"),
        (b"a;b\n1,5;2,5\n3,5;4\n", ";", "a | b\n1,5 | 2,5\n3,5 | 4"),
        (b"a\tb, c\n1\t2\n", "\t", "a | b, c\n1 | 2"),
        (b"a|b\n1|2\n", "|", "a | b\n1 | 2"),
        (b'a,b\r\n"x, ""y""\r\nz",2\r\n', ",", 'a | b\nx, "y" z | 2'),
        (b"a,,b,\n,,,\n1,,2,\n", ",", "a |  | b\n1 |  | 2"),
        (b"alone\n", ",", "alone"),
        ("\ufeffa,b\nK\u00f6ln,2\n".encode("utf-16"), ",", "a | b\nKöln | 2"),
    ],
)
async def test_the_delimiter_is_told_by_the_rows(desk: Desk, data: bytes, delimiter: str, text: str) -> None:
    said = await desk.read(data, "a.csv")

    assert (said.metadata["delimiter"], said.text) == (delimiter, text)
    assert [kind for kind, _, _ in blocks(said)] == [TABLE]


async def test_a_table_in_the_name_of_an_old_workbook_is_read(desk: Desk) -> None:
    said = await desk.read(b"Place\tLevel\nUlm\t5\n", "export.xls")

    assert (said.content_type, said.text) == (formats.TSV.content_type, "Place | Level\nUlm | 5")


async def test_a_cell_without_end_is_refused(desk: Desk) -> None:
    with pytest.raises(FileBroken, match="cell"):
        await desk.read(b'a,"' + b"b\n" * 6_000_000, "a.csv")
