"""Tables in PDFs: those drawn with rules, those set in columns, and what only looks like one."""

import io
import random
from collections import Counter
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import orjson
import pikepdf
import pypdfium2
import pytest
from reportlab.lib.pagesizes import A4
from reportlab.pdfgen import canvas
from reportlab.platypus import SimpleDocTemplate, Table, TableStyle

from aether.adapters.extraction.reader import ChildReader
from aether.domain.texts import BlockKind, Extracted, Grid, Stretch
from tests.adapters.extraction_desk import Desk

Draw = Callable[[canvas.Canvas], None]
LEVELS = [
    ["Place", "Level", "Since"],
    ["Ulm", "5.25", "2024"],
    ["Bad Aibling", "3", "2023"],
    ["Kiel", "", "2022"],
]
SAID = "the river rises in spring when snow melts and it falls again before the summer comes to us"
WORDS = SAID.split()


@pytest.fixture
def desk(tmp_path: Path) -> Desk:
    return Desk(tmp_path)


def drawn(*pages: Draw) -> bytes:
    """A PDF whose pages are drawn so."""
    written = io.BytesIO()
    drawing = canvas.Canvas(written, pagesize=A4)
    for page in pages:
        drawing.setFont("Helvetica", 10)
        page(drawing)
        drawing.showPage()
    drawing.save()
    return written.getvalue()


def flowing(rows: Sequence[Sequence[str]], *style: tuple[Any, ...], **more: Any) -> bytes:
    """A PDF with a table as a program for reports sets it."""
    written = io.BytesIO()
    table = Table([list(row) for row in rows], style=TableStyle(list(style)), **more)
    SimpleDocTemplate(written, pagesize=A4).build([table])
    return written.getvalue()


def columns(
    drawing: canvas.Canvas, rows: Sequence[Sequence[str]], *, top: float = 700, step: float = 16
) -> None:
    """Set *rows* with their cells below each other, from the left of the page."""
    for number, row in enumerate(rows):
        for place, cell in enumerate(row):
            drawing.drawString(60 + 130 * place, top - step * number, cell)


def grids(said: Extracted) -> list[list[list[str]]]:
    found = []
    for block in said.blocks:
        if block.kind is BlockKind.TABLE:
            grid = Grid(block.of(said.text), start=block.start)
            found.append(
                [[cell.said for cell in grid.cells(place, first=grid.columns)] for place in range(grid.rows)]
            )
    return found


ALL = ("GRID", (0, 0), (-1, -1), 0.5, "black")
STYLES: dict[str, tuple[tuple[Any, ...], ...]] = {
    "grid": (ALL,),
    "thick and shaded": (("GRID", (0, 0), (-1, -1), 2, "black"), ("BACKGROUND", (0, 0), (-1, 0), "yellow")),
    "inner rules only": (("INNERGRID", (0, 0), (-1, -1), 0.5, "black"),),
    "rules across, and one down": (
        ("LINEABOVE", (0, 0), (-1, -1), 1, "black"),
        ("LINEBELOW", (0, -1), (-1, -1), 1, "black"),
        ("LINEBEFORE", (1, 0), (-1, -1), 1, "black"),
    ),
    "rules at the head": (
        ("LINEABOVE", (0, 0), (-1, 0), 1, "black"),
        ("LINEBELOW", (0, 0), (-1, 0), 1, "black"),
    ),
}


@pytest.mark.parametrize("style", STYLES)
async def test_a_table_is_found_however_it_is_ruled(desk: Desk, style: str) -> None:
    said = await desk.read(flowing(LEVELS, *STYLES[style], colWidths=120), "a.pdf")

    assert grids(said) == [LEVELS]
    assert len(said.blocks) == 1


async def test_merged_cells_of_a_drawn_table_are_one(desk: Desk) -> None:
    rows = [["Place", "Level", ""], ["", "min", "max"], ["Ulm", "1", "2"], ["Kiel", "3", "4"]]

    said = await desk.read(
        flowing(rows, ALL, ("SPAN", (0, 0), (0, 1)), ("SPAN", (1, 0), (2, 0)), colWidths=90), "a.pdf"
    )

    assert [tuple(it) for it in said.blocks[0].layout.merges] == [(0, 0, 2, 1), (0, 1, 1, 2)]
    cells = grids(said)[0]
    assert (cells[0][1:], cells[1][1:], cells[2:]) == (["Level", ""], ["min", "max"], rows[2:])


async def test_a_table_stands_between_what_is_above_and_below_it_and_knows_its_box(desk: Desk) -> None:
    def page(drawing: canvas.Canvas) -> None:
        drawing.drawString(60, 760, "Levels of the gauges, as they were read.")
        drawing.grid([60, 180, 300, 420], [640, 660, 680, 700, 720])
        for number, row in enumerate(LEVELS):
            for place, cell in enumerate(row):
                drawing.drawString(66 + 120 * place, 706 - 20 * number, cell)
        drawing.drawString(60, 600, "They are read each morning before the ferry leaves.")

    said = await desk.read(drawn(page), "a.pdf")

    assert [block.kind for block in said.blocks] == [
        BlockKind.PARAGRAPH,
        BlockKind.TABLE,
        BlockKind.PARAGRAPH,
    ]
    assert grids(said) == [LEVELS]
    box = said.blocks[1].box
    assert box is not None
    assert box == pytest.approx((60, A4[1] - 720, 420, A4[1] - 640), abs=0.2)


@pytest.mark.parametrize("turned", [90, 180, 270])
async def test_a_table_on_a_page_that_is_turned_is_read_as_it_is_shown(desk: Desk, turned: int) -> None:
    upright = flowing(LEVELS, ALL, colWidths=120)
    with pikepdf.open(io.BytesIO(upright)) as file:
        page = file.pages[0]
        side, height = (float(it) for it in page.MediaBox[2:])
        # What is shown stays upright: the page is turned one way, and what is on it the other.
        turn = {
            90: f"0 1 -1 0 {height} 0 cm",
            180: f"-1 0 0 -1 {side} {height} cm",
            270: f"0 -1 1 0 0 {side} cm",
        }
        page.contents_add(file.make_stream(f"q {turn[turned]}".encode()), prepend=True)
        page.contents_add(file.make_stream(b"Q"))
        if turned != 180:
            page.MediaBox = pikepdf.Array([0, 0, height, side])
        page.Rotate = turned
        written = io.BytesIO()
        file.save(written)

    said, plain = await desk.read(written.getvalue(), "a.pdf"), await desk.read(upright, "b.pdf")

    assert grids(said) == grids(plain) == [LEVELS]
    assert said.blocks[0].box == pytest.approx(plain.blocks[0].box, abs=1)


async def test_a_table_over_two_pages_is_a_table_on_each(desk: Desk) -> None:
    rows = [[f"gauge {number}", f"{number}.5"] for number in range(60)]

    said = await desk.read(flowing(rows, ALL, colWidths=120), "a.pdf")

    assert [block.page for block in said.blocks] == [1, 2]
    assert [row for table in grids(said) for row in table] == rows


async def test_columns_that_all_lines_share_are_a_table(desk: Desk) -> None:
    def page(drawing: canvas.Canvas) -> None:
        drawing.drawString(60, 760, "Levels of the gauges, as they were read in the morning by the warden.")
        columns(drawing, LEVELS)
        drawing.drawString(60, 600, "They are read each morning before the ferry leaves for the island.")

    said = await desk.read(drawn(page), "a.pdf")

    assert [block.kind for block in said.blocks] == [
        BlockKind.PARAGRAPH,
        BlockKind.TABLE,
        BlockKind.PARAGRAPH,
    ]
    assert grids(said) == [LEVELS]
    assert said.blocks[1].box is not None


def _prose(drawing: canvas.Canvas) -> None:
    """Two columns of prose, line beside line."""
    for number in range(30):
        said = " ".join(WORDS[(number + it) % len(WORDS)] for it in range(9))
        drawing.drawString(50, 750 - 13 * number, said)
        drawing.drawString(320, 750 - 13 * number, said[::-1])


def _verses(drawing: canvas.Canvas) -> None:
    """Two columns of verses, far apart."""
    for number in range(12):
        said = " ".join(WORDS[(number + it) % len(WORDS)] for it in range(7))
        drawing.drawString(50, 750 - 13 * number, said)
        drawing.drawString(420, 750 - 13 * number, said)


def _one_after_the_other(drawing: canvas.Canvas) -> None:
    """Two columns of prose, the second after the first."""
    for left in (50, 320):
        for number in range(30):
            drawing.drawString(
                left, 750 - 13 * number, " ".join(WORDS[(number + it) % len(WORDS)] for it in range(8))
            )


def _list(drawing: canvas.Canvas) -> None:
    columns(drawing, [[f"{number}.", WORDS[number]] for number in range(1, 8)])


def _two_lines(drawing: canvas.Canvas) -> None:
    columns(drawing, [["Ada Lovelace", "London"], ["12 May", "1840"]])


def _letterhead(drawing: canvas.Canvas) -> None:
    drawing.rect(40, 40, 515, 760)
    for number in range(20):
        drawing.drawString(60, 700 - 20 * number, " ".join(WORDS[:12]))


def _chart(drawing: canvas.Canvas) -> None:
    drawing.grid(list(range(100, 500, 40)), list(range(300, 700, 40)))
    for number in range(10):
        drawing.drawString(80, 298 + 40 * number, str(number))
    drawing.drawString(200, 510, "peak")
    drawing.drawString(290, 350, "trough")


def _ragged(drawing: canvas.Canvas) -> None:
    for number in range(8):
        drawing.drawString(60, 700 - 14 * number, WORDS[number])
        drawing.drawString(130 + 37 * (number * 5 % 8), 700 - 14 * number, WORDS[-number])


@pytest.mark.parametrize(
    "page", [_prose, _verses, _one_after_the_other, _list, _two_lines, _letterhead, _chart, _ragged]
)
async def test_what_only_looks_like_a_table_is_none(desk: Desk, page: Draw) -> None:
    said = await desk.read(drawn(page), "a.pdf")

    assert said.text
    assert grids(said) == []


async def test_no_word_is_lost_or_said_twice_where_tables_are(desk: Desk) -> None:
    def page(drawing: canvas.Canvas) -> None:
        drawing.drawString(20, 706, "margin")
        drawing.drawString(450, 686, "note")
        drawing.grid([60, 180, 300, 420], [640, 660, 680, 700, 720])
        for number, row in enumerate(LEVELS):
            for place, cell in enumerate(row):
                drawing.drawString(66 + 120 * place, 706 - 20 * number, cell)
        columns(drawing, LEVELS, top=500)

    said = await desk.read(drawn(page), "a.pdf")

    words = sorted([*" ".join(cell for row in LEVELS for cell in row).split() * 2, "margin", "note"])
    assert sorted(said.text.replace("|", " ").split()) == words
    assert grids(said) == [LEVELS, LEVELS]


def _anything(chance: random.Random) -> Draw:
    """Rules, boxes and words wherever they fall, now and then on a common raster."""

    def page(drawing: canvas.Canvas) -> None:
        step = chance.choice([1, 20, 40])

        def place(most: int) -> int:
            return chance.randrange(20, most, step)

        for _ in range(chance.randrange(60)):
            x, y = place(560), place(800)
            draw = chance.choice(["across", "down", "box", "grid", "fill"])
            if draw == "across":
                drawing.line(x, y, place(560), y)
            elif draw == "down":
                drawing.line(x, y, x, place(800))
            elif draw == "grid":
                drawing.grid([x, x + 40, x + 80], [y, y + 20, y + 40, y + 60])
            else:
                drawing.rect(x, y, place(560) / 3, place(800) / 9, fill=draw == "fill")
        for _ in range(chance.randrange(120)):
            drawing.drawString(place(560), place(800), chance.choice(WORDS) * chance.randrange(1, 3))

    return page


@pytest.mark.parametrize("seed", range(4))
async def test_whatever_is_drawn_every_letter_is_said_once(desk: Desk, seed: int) -> None:
    chance = random.Random(seed)
    data = drawn(*(_anything(chance) for _ in range(40)))

    said = await desk.read(data, "a.pdf")

    with pypdfium2.PdfDocument(data) as document:
        letters = [page.get_textpage().get_text_range() for page in document]
    for page, layer in zip(said.pages, letters, strict=True):
        assert Counter("".join(page.of(said.text).replace("|", "").split())) == Counter(
            "".join(layer.split())
        )
    assert len(grids(said)) > 5


@pytest.mark.parametrize("huge", ["1 0 0 1 0 0 cm", "9999 0 0 9999 0 0 cm", "0 0 0 0 0 0 cm"])
async def test_rules_beyond_the_page_are_no_harm(desk: Desk, huge: str) -> None:
    with pikepdf.open(io.BytesIO(flowing(LEVELS, ALL, colWidths=120))) as file:
        lines = f"q {huge} 10 730 m 99999 730 l S 10 10 m 10 99999 l S 0 0 99999 99999 re S Q"
        file.pages[0].contents_add(file.make_stream(lines.encode()))
        written = io.BytesIO()
        file.save(written)

    said = await desk.read(written.getvalue(), "a.pdf")

    assert grids(said) == [LEVELS]
    assert said.blocks[0].box is not None
    assert max(said.blocks[0].box) < A4[1]


async def test_a_page_with_endless_rules_is_read_as_words(desk: Desk) -> None:
    def page(drawing: canvas.Canvas) -> None:
        drawing.drawString(60, 760, "A map.")
        for number in range(3_000):
            drawing.line(number % 500, number % 700, number % 500 + 50, number % 700)
            drawing.line(number % 500, number % 700, number % 500, number % 700 + 50)

    said = await desk.read(drawn(page), "a.pdf")

    assert said.text == "A map."


async def test_tables_survive_a_reading_that_breaks_off(tmp_path: Path) -> None:
    path, kept = tmp_path / "blob", list[Stretch]()
    path.write_bytes(drawn(*[lambda drawing: columns(drawing, LEVELS)] * 120))

    async def keep(stretch: Stretch) -> None:
        kept.append(Stretch.unpacked(orjson.loads(orjson.dumps(stretch.packed()))))

    async def read(*before: Stretch) -> Extracted:
        return await ChildReader().read(
            path, name="a.pdf", content_type=None, read_before=before, on_stretch=keep
        )

    whole = await read()

    assert grids(whole) == [LEVELS] * 120
    assert await read(kept[0]) == whole
