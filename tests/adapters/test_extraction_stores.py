"""What is read from Outlook archives, and what they hand out."""

import struct
from pathlib import Path

import pytest

from aether.adapters.extraction import outlook
from aether.domain.texts import FileBroken, FileUnsupported
from tests.adapters import extraction_stores as stores
from tests.adapters.extraction_binaries import SENT
from tests.adapters.extraction_desk import HEADING, ITEM, PARAGRAPH, Desk, blocks
from tests.adapters.test_extraction_archives import Bench


@pytest.fixture
def desk(tmp_path: Path) -> Desk:
    return Desk(tmp_path)


@pytest.mark.parametrize(("wide", "hidden"), [(True, True), (True, False), (False, True), (False, False)])
async def test_each_message_of_an_archive_is_a_page(desk: Desk, wide: bool, hidden: bool) -> None:
    said = await desk.read(stores.pst(wide=wide, hidden=hidden), "mail.pst")

    head = f"From: Ada <ada@example.org>\nTo: Bo\nDate: {SENT.isoformat()}"
    assert [(block.page, *what) for block, what in zip(said.blocks, blocks(said), strict=True)] == [
        (1, HEADING, 1, "Mud"),
        (1, PARAGRAPH, None, head),
        (1, PARAGRAPH, None, "Köln"),
        (2, HEADING, 1, "Re: Rivers"),
        (2, PARAGRAPH, None, head),
        (2, PARAGRAPH, None, "Water runs downhill."),
        (2, PARAGRAPH, None, "And rests."),
        (2, ITEM, None, "Attached: levels.csv"),
        (2, HEADING, 2, "Silt"),
        (2, PARAGRAPH, None, head),
        (2, PARAGRAPH, None, "Look."),
        (2, ITEM, None, "Attached: silt.pdf"),
    ]
    assert said.title is None
    assert said.metadata == {"page_count": 2, "files": 2, "files_unpacked": False}


async def test_what_is_attached_to_messages_of_an_archive_is_handed_out(tmp_path: Path) -> None:
    bench = Bench(tmp_path)

    await bench.read(stores.pst(), "mail.pst")

    assert bench.kept == {
        "Inbox/2/levels.csv": b"Place,Level\n" * 2_000,
        "Inbox/2/silt.pdf": b"%PDF",
    }


async def test_a_damaged_message_hinders_no_other(desk: Desk) -> None:
    torn = stores.Kept(0x200044, b"\x00" * 40, parent=0x8022)

    said = await desk.read(stores.pst((*stores.RIVERS, torn)), "mail.pst")

    assert [page.of(said.text)[:10] for page in said.pages] == ["Mud\n\nFrom:", "Re: Rivers", ""]


async def test_a_message_that_encloses_itself_is_read_once_and_hinders_no_other(desk: Desk) -> None:
    said = await desk.read(stores.ring(), "mail.pst")

    assert [page.of(said.text)[:10] for page in said.pages] == ["Mud\n\nFrom:", "Round\n\nFro"]
    assert said.text.count("And round.") == 1


async def test_a_message_whose_text_unpacks_without_bounds_hinders_no_other(desk: Desk) -> None:
    bomb = (0x1009, 0x102, struct.pack("<II4sI", 16, 2**31, b"LZFu", 0))
    kept = stores.Kept(0x200044, stores.message("Bomb", bomb), parent=0x8022)

    said = await desk.read(stores.pst((*stores.RIVERS, kept)), "mail.pst")

    assert [page.of(said.text)[:10] for page in said.pages] == ["Mud\n\nFrom:", "Re: Rivers", "Bomb\n\nFrom"]


async def test_messages_that_lie_too_deep_in_others_are_left_out(desk: Desk) -> None:
    inner = stores.enclosed(0x8045, stores.message("Deepest"))
    for level in reversed(range(2, outlook.DEEP + 1)):
        inner = stores.enclosed(0x8045, stores.message(f"Level {level}"), inner)
    top = stores.Kept(0x200004, stores.message("Level 1"), (inner,), parent=0x8022)

    said = await desk.read(stores.pst((top, stores.RIVERS[1])), "mail.pst")

    headings = [block.of(said.text) for block in said.blocks if block.kind is HEADING]
    assert headings == ["Mud", *(f"Level {level}" for level in range(1, outlook.DEEP + 1))]
    (left_out,) = said.metadata["left_out"]
    assert (left_out["path"], left_out["code"]) == ("Inbox/2/Deepest", "FILE_TOO_COMPLEX")


async def test_an_archive_without_messages_says_nothing(desk: Desk) -> None:
    said = await desk.read(stores.pst(()), "mail.pst")

    assert (said.text, said.metadata) == ("", {"page_count": 0})


async def test_folders_that_lie_in_each_other_in_a_ring_end_somewhere(desk: Desk) -> None:
    ring = (
        stores.Kept(0x9022, stores.heap(stores.text(0x3001, "a")), parent=0x9042),
        stores.Kept(0x9042, stores.heap(stores.text(0x3001, "b")), parent=0x9022),
        stores.Kept(0x200064, stores.message("Round"), parent=0x9022),
    )

    assert (await desk.read(stores.pst(ring), "mail.pst")).text.startswith("Round")


async def test_an_archive_of_another_kind_is_called_so(desk: Desk) -> None:
    with pytest.raises(FileUnsupported, match="Outlook archive"):
        await desk.read(stores.pst(version=36), "mail.ost")


@pytest.mark.parametrize("end", [40, 600, 2_000])
async def test_an_archive_that_breaks_off_is_broken(desk: Desk, end: int) -> None:
    with pytest.raises(FileBroken):
        await desk.read(stores.pst()[:end], "mail.pst")
