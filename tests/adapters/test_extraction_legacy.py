"""What is read from documents and presentations that an old Office wrote."""

from pathlib import Path

import pytest

from aether.domain.texts import FileBroken, FileMislabelled, FileTooComplex, FileUnsupported, Role
from tests import make_files as make
from tests.adapters import extraction_binaries as binaries
from tests.adapters import extraction_legacy as legacy
from tests.adapters.extraction_desk import HEADING, ITEM, PARAGRAPH, TABLE, Desk, blocks, roles
from tests.adapters.extraction_legacy import Said, said, shape, slide


@pytest.fixture
def desk(tmp_path: Path) -> Desk:
    return Desk(tmp_path)


async def test_a_document_of_an_old_word_is_read_with_its_structure(desk: Desk) -> None:
    read = await desk.read(legacy.doc(), "rivers.doc")

    assert [(block.role, *what) for block, what in zip(read.blocks, blocks(read), strict=True)] == [
        (Role.BODY, HEADING, 1, "Rivers"),
        (Role.BODY, PARAGRAPH, None, "Water runs downhill in Šibenik."),
        (Role.BODY, ITEM, None, "The Elbe"),
        (Role.BODY, ITEM, None, "The Oder"),
        (Role.BODY, HEADING, 2, "Gauges"),
        (Role.BODY, TABLE, None, "Place | Level\nKöln upper | 5.25"),
        (Role.BODY, PARAGRAPH, None, "The end."),
        (Role.BODY, PARAGRAPH, None, "In a box."),
        (Role.HEADER, PARAGRAPH, None, "Confidential"),
        (Role.FOOTER, PARAGRAPH, None, "Institute"),
        (Role.NOTE, PARAGRAPH, None, "Mostly."),
        (Role.COMMENT, PARAGRAPH, None, "Really? 𐌲 ζ"),
    ]
    assert (read.title, read.metadata, read.pages) == ("Rivers of the North", {"author": "Ada Löve"}, ())


async def test_what_was_deleted_from_an_old_document_is_left_out(desk: Desk) -> None:
    body = [Said("Water never runs uphill.\r")]

    kept = await desk.read(legacy.doc(body), "a.doc")
    left = await desk.read(legacy.doc(body, deleted="never "), "a.doc")

    assert blocks(kept)[0] == (PARAGRAPH, None, "Water never runs uphill.")
    assert blocks(left)[0] == (PARAGRAPH, None, "Water runs uphill.")


async def test_a_field_shows_its_result_however_it_nests(desk: Desk) -> None:
    body = [
        Said("\x13 TOC \\o \x14\x13 HYPERLINK \\l x \x14Rivers\t\x13 PAGEREF x \x142\x15\x15\r"),
        Said("Silt\x15 stays\x15.\r"),
        Said("\x13 AUTHOR Ada\r"),
        Said("Never seen.\r"),
    ]

    read = await desk.read(legacy.doc(body, boxes="Seen.\r"), "a.doc")

    assert blocks(read)[:3] == [
        (PARAGRAPH, None, "Rivers\t2"),
        (PARAGRAPH, None, "Silt stays."),
        (PARAGRAPH, None, "Seen."),
    ]


async def test_words_are_read_above_which_it_stands_how_they_are_spoken(desk: Desk) -> None:
    spoken = 'In \x13 EQ \\* jc2 \\* "Font:MS Mincho" \\* hps11 \\o\\ad(\\s\\up 10(ulum),Ulm)\x15 it rains.\r'

    assert blocks(await desk.read(legacy.doc([Said(spoken)]), "a.doc"))[0] == (
        PARAGRAPH,
        None,
        "In Ulm it rains.",
    )


async def test_a_table_that_breaks_off_is_read_as_far_as_it_goes(desk: Desk) -> None:
    body = [Said("Place\x07", properties=legacy.IN_TABLE), Said("Level\r", properties=legacy.IN_TABLE)]

    assert blocks(await desk.read(legacy.doc(body), "a.doc"))[0] == (TABLE, None, "Place | Level")


async def test_each_slide_of_an_old_presentation_is_a_page(desk: Desk) -> None:
    read = await desk.read(legacy.ppt(), "rivers.ppt")

    assert [
        (block.page, block.role, *what) for block, what in zip(read.blocks, blocks(read), strict=True)
    ] == [
        (1, Role.BODY, HEADING, 1, "Rivers"),
        (1, Role.BODY, ITEM, None, "Water runs"),
        (1, Role.BODY, ITEM, None, "and rests"),
        (1, Role.FOOTER, PARAGRAPH, None, "Institute"),
        (1, Role.COMMENT, PARAGRAPH, None, "Really?"),
        (1, Role.NOTE, PARAGRAPH, None, "Say it slowly."),
        (2, Role.BODY, PARAGRAPH, None, "In a gróup ζ"),
        (2, Role.BODY, TABLE, None, "Place | Level\nKöln | 5.25"),
    ]
    assert read.title == "Rivers of the North"
    assert read.metadata == {"author": "Ada Löve", "page_count": 2}


async def test_an_early_draft_of_a_slide_that_is_still_in_the_file_is_not_read(desk: Desk) -> None:
    data = legacy.ppt(slide(shape(said("As it is."))), titles={}, notes={})

    assert b"A draft." in data
    assert roles(await desk.read(data, "a.ppt")) == [
        (Role.BODY, 1, "As it is."),
        (Role.FOOTER, 1, "Institute"),
    ]


async def test_an_old_slide_without_words_is_a_page_nevertheless(desk: Desk) -> None:
    read = await desk.read(legacy.ppt(slide(), slide(shape(said("Water")))), "a.ppt")

    assert [page.of(read.text) for page in read.pages] == ["Institute", "Water"]


@pytest.mark.parametrize("name", ["a.doc", "a.ppt", "a.xls"])
async def test_a_compound_file_without_a_directory_is_broken(desk: Desk, name: str) -> None:
    with pytest.raises(FileBroken):
        await desk.read(make.OLE, name)


async def test_a_document_older_than_word_97_is_called_so(desk: Desk) -> None:
    with pytest.raises(FileUnsupported, match="Word 95"):
        await desk.read(legacy.doc(mark=0xA5DC), "a.doc")


async def test_another_kind_of_compound_file_is_no_document(desk: Desk) -> None:
    with pytest.raises(FileMislabelled, match="named like a document of an old Word"):
        await desk.read(binaries.compound({"CONTENTS": b"Dear Ada"}), "letter.doc")


async def test_pieces_that_say_the_same_bytes_again_and_again_are_refused(desk: Desk) -> None:
    data = legacy.doc()
    place = data.index(b"\x02" + (28).to_bytes(4, "little")) + 5
    torn = data[: place + 8] + (2**30).to_bytes(4, "little") + data[place + 12 :]

    with pytest.raises(FileBroken):
        await desk.read(torn, "a.doc")


async def test_slides_that_nest_without_end_are_refused(desk: Desk) -> None:
    deep = shape(said("deep"))
    for _ in range(5_000):
        deep = legacy.record(0xF003, deep)

    with pytest.raises(FileTooComplex):
        await desk.read(legacy.ppt(slide(deep)), "a.ppt")
