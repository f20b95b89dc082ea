"""Tables: what is written of a grid of cells, and that the grid is found in it again."""

import tracemalloc
from collections.abc import Callable, Sequence

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from aether.domain.tables import NAME_MOST, NAMED_MOST, NAMING_MOST, Table, tables_of
from aether.domain.texts import BlockKind, Box, Draft, Extracted, Grid, Layout, Merge, Role, extracted
from aether.domain.texts.tables import BATCH, MARKED, tidied

CELLS = st.one_of(
    st.text(max_size=8),
    st.text(alphabet="ab|¦ \t\n\u00a0\u3000\x00\x1f\u0301e.", max_size=8),
    st.sampled_from(["", " ", "|", " | ", "a", "a|b", "| a", "a |", "||", "  ", "\ud800", "\ufffe|"]),
)
ROWS = st.lists(st.lists(CELLS, max_size=6), max_size=8)


def written(rows: Sequence[Sequence[str]], **layout: object) -> Extracted:
    draft = Draft()
    draft.add("Above")
    draft.table(rows, **layout)  # type: ignore[arg-type]
    draft.add("Below")
    return draft.finished(content_type="text/plain", extractor="test", version="1")


def grid(said: Extracted) -> list[list[str]]:
    """The cells of the table in *said*, each found again at its place in the text."""
    table = said.blocks[1]
    found = Grid(table.of(said.text), start=table.start)
    rows = [list(found.cells(place, first=found.columns)) for place in range(found.rows)]
    for row in rows:
        assert [said.text[cell.start : cell.end] for cell in row] == [cell.said for cell in row]
        assert all(table.start <= cell.start <= cell.end <= table.end for cell in row)
    return [[cell.said for cell in row] for row in rows]


def kept(rows: Sequence[Sequence[str]]) -> list[list[str]]:
    """What a table keeps of *rows*: no row that says nothing, nor what is empty at the ends of all."""
    tidy = [[tidied(cell) for cell in row] for row in rows]
    told = [row for row in tidy if any(row)]
    width = max((place + 1 for row in told for place, cell in enumerate(row) if cell), default=0)
    return [[*row, *[""] * width][:width] for row in told]


@given(ROWS)
@settings(max_examples=500)
def test_any_grid_of_cells_is_found_again_in_its_text(rows: list[list[str]]) -> None:
    said = written(rows)

    if expected := kept(rows):
        assert said.blocks[1].kind is BlockKind.TABLE
        assert grid(said) == expected
    else:
        assert len(said.blocks) == 2


@given(ROWS, st.integers(0, 3))
def test_many_rows_are_tidied_as_few_are(rows: list[list[str]], clean: int) -> None:
    """They are looked at in batches, of which those that are clean are not looked at cell by cell."""
    many = [["a", "", "b"]] * (BATCH - clean) + rows + [["x|y", "z"]]

    assert grid(written(many)) == kept(many)


@pytest.mark.parametrize(
    ("cells", "line"),
    [
        (["Ulm", "", "5"], "Ulm |  | 5"),
        (["a", " ", "b"], "a |  | b"),
        (["a", " b", "c"], "a | b | c"),
        (["a", "b ", "c"], "a | b | c"),
        (["a", "b  c"], "a | b c"),
        ([" ", "5", " "], "| 5"),
        (["", "5"], "| 5"),
        (["", "", "5"], "|  | 5"),
        (["a | b", "c"], "a ¦ b | c"),
        (["a|b", "|"], "a|b | ¦"),
        (["two\nlines", "\ta  b "], "two lines | a b"),
        (["5", "", ""], "5"),
    ],
)
def test_a_row_is_a_line_whose_joints_are_only_between_cells(cells: list[str], line: str) -> None:
    assert written([cells]).text == f"Above\n\n{line}\n\nBelow"


def test_headers_and_merges_count_the_rows_that_are_kept() -> None:
    rows = [["", ""], ["Level", ""], ["min", "max"], ["", ""], ["1", "2"], ["", "3"]]

    said = written(rows, headers=3, merges=[Merge(1, 0, 1, 2), Merge(4, 0, 2, 1), Merge(2, 1, 2, 1)])

    assert said.blocks[1].layout == Layout(headers=2, merges=(Merge(0, 0, 1, 2), Merge(2, 0, 2, 1)))
    assert grid(said) == [["Level", ""], ["min", "max"], ["1", "2"], ["", "3"]]


def test_of_very_many_merged_cells_in_a_text_the_first_are_told(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(extracted, "MERGES_MOST", 3)
    draft = Draft()
    for _ in range(3):
        draft.table([["a", ""], ["b", ""]], merges=[Merge(0, 0, 1, 2), Merge(1, 0, 1, 2)])

    said = draft.finished(content_type="text/plain", extractor="test", version="1")

    assert [len(block.layout.merges) for block in said.blocks] == [2, 1, 0]


@pytest.mark.parametrize("together", [1, 7, 20, 1_000])
def test_a_grid_is_the_same_however_many_lines_are_parted_together(
    together: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    rows = [[f"gauge {number}", *["x"] * (number % 3)] for number in range(9)]
    monkeypatch.setattr("aether.domain.texts.tables.TOGETHER", together)

    assert grid(written(rows)) == [[*row, "", ""][:3] for row in rows]


def test_a_table_keeps_its_layout_when_it_is_packed() -> None:
    said = written(
        [["a", "b"], ["1"]], headers=1, merges=[Merge(0, 0, 2, 1)], role=Role.NOTE, box=Box(1, 2, 3, 4)
    )

    assert Extracted.unpacked(said.packed()) == said
    assert [len(row) for row in said.packed()["blocks"]] == [7, 8, 7]


@pytest.mark.parametrize("rest", [[], [None], [[1.0, 2.0, 3.0, 4.0]]])
def test_a_table_that_was_packed_before_is_read_as_it_was(rest: list[object]) -> None:
    """It may begin a row with a space, and has neither layout nor, in the oldest, a box."""
    packed = written([["a", "b"], ["1", "2"]]).packed()
    text = "Above\n\na | b\n | 2\n\nBelow"
    packed |= {
        "text": text,
        "blocks": [[0, 5, "paragraph", "body", None, None], [7, 17, "table", "body", None, None, *rest]],
    }

    said = Extracted.unpacked(packed)

    assert grid(said) == [["a", "b"], ["", "2"]]
    assert said.blocks[1].layout == Layout()


def table(rows: Sequence[Sequence[str]], **layout: object) -> Table:
    (found,) = tables_of(written(rows, **layout))
    found.find()
    return found


def taken(work: Callable[[], object]) -> int:
    """How much memory *work* takes while it works, in bytes."""
    tracemalloc.start()
    try:
        work()
        return tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()


def test_no_cell_reaches_beyond_the_columns_that_there_are() -> None:
    found = table([["Title", "", ""], ["a", "b", ""]], merges=[Merge(0, 0, 1, 3)])

    assert found.grid.columns == 2
    assert found.span(0, 0) == Merge(0, 0, 1, 2)


@given(st.integers(0, 3 * MARKED), st.integers(1, 9), st.booleans())
def test_any_cells_of_a_very_wide_row_are_found(offset: int, first: int, empty: bool) -> None:
    row = ["" if empty else "0", *(f"{place}" * (place % 3) for place in range(1, 2 * MARKED)), "end"]
    found = Grid("\n".join(["Above", *written([row]).text.split("\n")[2:3]]))

    cells = [cell.said for cell in found.cells(1, first=first, offset=offset)]

    assert found.columns == len(row)
    assert cells == row[offset : offset + first]


def test_a_short_row_below_a_very_wide_one_takes_no_more_memory_for_it() -> None:
    found = table([["a"] * 300_000, ["b"]])

    assert taken(lambda: found.cells(1, first=2, offset=0)) < 100_000
    assert taken(lambda: found.cells(0, first=2, offset=250_000)) < 100_000
    assert [cell.said for _, cell in found.cells(1, first=2, offset=0)] == ["b", ""]


def test_what_columns_are_called_is_told_within_bounds() -> None:
    """A long heading over many columns would be there once for each of them."""
    wide = 2 * NAMED_MOST
    found = table(
        [["a" * 100_000], *[["b"] * wide] * (2 * NAMING_MOST)],
        headers=2 * NAMING_MOST,
        merges=[Merge(0, 0, 1, wide)],
    )

    assert taken(lambda: found.columns) < 5_000_000
    assert (len(found.columns), {len(name) for name in found.columns}) == (NAMED_MOST, {NAME_MOST})
    assert (found.headers, found.grid.columns) == (2 * NAMING_MOST, wide)


def test_a_long_table_is_kept_in_little_more_than_its_text() -> None:
    said = "\n".join(["x"] * 100_000)
    kept: list[Grid] = []

    assert taken(lambda: kept.append(Grid(said))) < 3_000_000
    assert kept[0].rows == 100_000
