"""What is read from presentations, OpenDocument files and e-books."""

# ruff: noqa: RUF001 - Russian is Russian

from pathlib import Path

import pytest

from aether.domain.texts import FileBroken, Role
from tests import make_files as make
from tests.adapters import extraction_samples as samples
from tests.adapters.extraction_desk import HEADING, ITEM, PARAGRAPH, TABLE, Desk, blocks, roles
from tests.adapters.extraction_samples import SAMPLES


@pytest.fixture
def desk(tmp_path: Path) -> Desk:
    return Desk(tmp_path)


async def test_each_slide_of_a_presentation_is_a_page(desk: Desk) -> None:
    said = await desk.read(SAMPLES["a.pptx"].data, "rivers.pptx")

    assert [
        (block.page, block.role, *what) for block, what in zip(said.blocks, blocks(said), strict=True)
    ] == [
        (1, Role.BODY, HEADING, 1, "Rivers"),
        (1, Role.BODY, ITEM, None, "Water runs"),
        (1, Role.BODY, ITEM, None, "and rests"),
        (1, Role.FOOTER, PARAGRAPH, None, "Institute"),
        (1, Role.NOTE, PARAGRAPH, None, "Say it slowly."),
        (2, Role.BODY, HEADING, 1, "Gauges"),
        (2, Role.BODY, PARAGRAPH, None, "In a group"),
        (2, Role.BODY, TABLE, None, "Place | Level\nKöln | 5.25"),
    ]
    assert (said.title, said.metadata["author"], said.metadata["page_count"]) == (
        "Rivers of the North",
        "Ada",
        2,
    )


async def test_a_slide_without_words_is_a_page_nevertheless(desk: Desk) -> None:
    said = await desk.read(samples.pptx("", samples.shape("Water")), "a.pptx")

    assert [page.of(said.text) for page in said.pages] == ["", "Water"]


async def test_comments_and_diagrams_of_a_slide_are_read(desk: Desk) -> None:
    frame = (
        '<p:graphicFrame><dgm:relIds xmlns:dgm="d" xmlns:r="r" r:dm="d1"/></p:graphicFrame>'
        '<mc:AlternateContent xmlns:mc="m"><mc:Choice>{0}</mc:Choice>'
        "<mc:Fallback>{0}</mc:Fallback></mc:AlternateContent>"
    ).format(samples.shape("Once"))
    related = samples.related(
        ("d1", "diagramData", "../diagrams/data1.xml"), ("c1", "comments", "../comments/c1.xml")
    )
    parts = {
        "ppt/diagrams/data1.xml": '<d:model xmlns:d="d" xmlns:a="a"><a:p><a:t>Source</a:t></a:p></d:model>',
        "ppt/comments/c1.xml": '<p:cmLst xmlns:p="p"><p:cm><p:text>Really?</p:text></p:cm></p:cmLst>',
    }

    said = await desk.read(samples.pptx(frame, relations={1: related}, parts=parts), "a.pptx")

    assert roles(said) == [(Role.BODY, 1, "Source"), (Role.BODY, 1, "Once"), (Role.COMMENT, 1, "Really?")]


@pytest.mark.parametrize(
    "parts", [{"ppt/x": b""}, {"ppt/presentation.xml": b""}, {"ppt/presentation.xml": b"<p>"}]
)
async def test_a_presentation_that_lacks_its_parts_is_refused(desk: Desk, parts: dict[str, bytes]) -> None:
    with pytest.raises(FileBroken):
        await desk.read(make.packed(parts), "a.pptx")


async def test_an_opendocument_text_is_read_with_its_structure(desk: Desk) -> None:
    said = await desk.read(SAMPLES["a.odt"].data, "rivers.odt")

    assert [(block.role, *what) for block, what in zip(said.blocks, blocks(said), strict=True)] == [
        (Role.BODY, HEADING, 1, "Rivers"),
        (Role.BODY, PARAGRAPH, None, "Water  runs downhill."),
        (Role.NOTE, PARAGRAPH, None, "Mostly."),
        (Role.BODY, ITEM, None, "The Elbe"),
        (Role.BODY, HEADING, 2, "Gauges"),
        (Role.BODY, TABLE, None, "Place | Level\nKöln | 5.25"),
        (Role.FOOTER, PARAGRAPH, None, "Institute"),
    ]
    assert (said.title, said.metadata["author"], said.pages) == ("Rivers of the North", "Ada", ())


async def test_boxes_and_comments_of_an_opendocument_text_follow_their_paragraph(desk: Desk) -> None:
    body = (
        "<text:p>Before<draw:frame><draw:text-box><text:p>In a box.</text:p></draw:text-box></draw:frame>"
        "<office:annotation><dc:creator>Bo</dc:creator><text:p>Really?</text:p></office:annotation>"
        " after.</text:p>"
        "<table:table><table:table-row><table:table-cell><text:p>a</text:p><text:p>b<text:line-break/>c</text:p>"
        '</table:table-cell><table:table-cell table:number-columns-repeated="2"><text:p>d</text:p>'
        "</table:table-cell>"
        '<table:table-cell table:number-columns-repeated="16000"/></table:table-row></table:table>'
    )

    said = await desk.read(samples.opened("text", body), "a.odt")

    assert roles(said) == [
        (Role.BODY, None, "Before after."),
        (Role.BODY, None, "In a box."),
        (Role.COMMENT, None, "Really?"),
        (Role.BODY, None, "a b c | d | d"),
    ]


async def test_a_table_in_a_table_is_said_once(desk: Desk) -> None:
    cell = "<table:table-cell><text:p>{}</text:p>{}</table:table-cell>"
    row = "<table:table-header-rows><table:table-row>{}</table:table-row></table:table-header-rows>"
    table = f"<table:table>{row}</table:table>"
    body = table.format(cell.format("a", table.format(cell.format("b", ""))) + cell.format("c", ""))

    assert blocks(await desk.read(samples.opened("text", body), "a.odt")) == [(TABLE, None, "a b | c")]


async def test_each_slide_of_an_opendocument_presentation_is_a_page(desk: Desk) -> None:
    said = await desk.read(SAMPLES["a.odp"].data, "rivers.odp")

    assert [
        (block.page, block.role, *what) for block, what in zip(said.blocks, blocks(said), strict=True)
    ] == [
        (1, Role.BODY, HEADING, 1, "Rivers"),
        (1, Role.BODY, ITEM, None, "Water runs"),
        (1, Role.NOTE, PARAGRAPH, None, "Say it slowly."),
        (2, Role.BODY, TABLE, None, "Place | Level\nKöln | 5.25"),
    ]


async def test_the_pages_of_a_drawing_are_read(desk: Desk) -> None:
    said = await desk.read(SAMPLES["a.odg"].data, "map.odg")

    assert [page.of(said.text) for page in said.pages] == ["Source", ""]


async def test_an_e_book_is_read_in_the_order_of_its_spine(desk: Desk) -> None:
    said = await desk.read(SAMPLES["a.epub"].data, "rivers.epub")

    assert blocks(said) == [
        (HEADING, 1, "Sources"),
        (PARAGRAPH, None, "Water runs."),
        (HEADING, 1, "Mouths"),
        (PARAGRAPH, None, "The sea."),
    ]
    assert said.title == "Rivers of the North"
    assert said.metadata == {"author": "Ada", "language": "en", "chapter_count": 2}


async def test_an_e_book_without_a_spine_is_refused(desk: Desk) -> None:
    container = b'<container><rootfile full-path="b.opf"/></container>'

    with pytest.raises(FileBroken, match="order"):
        await desk.read(make.packed({"META-INF/container.xml": container, "b.opf": b"<package/>"}), "a.epub")
    with pytest.raises(FileBroken, match="lacks"):
        await desk.read(make.packed({"META-INF/container.xml": container}), "a.epub")


async def test_a_fictionbook_is_read_with_its_sections_and_notes(desk: Desk) -> None:
    said = await desk.read(SAMPLES["a.fb2"].data, "rivers.fb2")

    assert [(block.role, *what) for block, what in zip(said.blocks, blocks(said), strict=True)] == [
        (Role.BODY, HEADING, 2, "Истоки"),
        (Role.BODY, PARAGRAPH, None, "Вода течёт."),
        (Role.BODY, HEADING, 3, "Ручьи"),
        (Role.BODY, PARAGRAPH, None, "Тихо\nбежит"),
        (Role.NOTE, PARAGRAPH, None, "1"),
        (Role.NOTE, PARAGRAPH, None, "Почти всегда."),
    ]
    assert (said.title, said.metadata) == ("Реки", {"author": "Ада Л.", "genre": "nature"})
