"""What is read from mail, saved pages and rich text."""

import struct
from email.message import EmailMessage
from pathlib import Path

import pytest

from aether.adapters.extraction import outlook
from aether.domain.texts import FileBroken, FileTooComplex, Role
from tests.adapters import extraction_binaries as binaries
from tests.adapters import extraction_samples as samples
from tests.adapters.extraction_desk import HEADING, ITEM, PARAGRAPH, TABLE, Desk, blocks, roles
from tests.adapters.extraction_samples import SAMPLES


@pytest.fixture
def desk(tmp_path: Path) -> Desk:
    return Desk(tmp_path)


async def test_a_message_is_read_in_its_plainest_form(desk: Desk) -> None:
    said = await desk.read(samples.message(), "rivers.eml")

    assert blocks(said) == [
        (HEADING, 1, "Rivers of the Nörth"),
        (
            PARAGRAPH,
            None,
            "From: Ada <ada@example.org>\nTo: Bo <bo@example.org>\nDate: Wed, 01 May 2024 10:30:00 +0200",
        ),
        (PARAGRAPH, None, "Water runs über Stock."),
        (PARAGRAPH, None, "And rests."),
        (ITEM, None, "Attached: levels.csv"),
    ]
    assert said.title == "Rivers of the Nörth"
    assert said.metadata == {
        "author": "Ada <ada@example.org>",
        "to": "Bo <bo@example.org>",
        "created": "2024-05-01T10:30:00+02:00",
        "message_id": "<1@example.org>",
        "attachments": ["levels.csv"],
        "files": 1,
        "files_unpacked": False,
    }


async def test_a_message_of_markup_alone_is_read_as_a_page(desk: Desk) -> None:
    mail = EmailMessage()
    mail["From"], mail["To"], mail["Subject"] = "a@example.org", "b@example.org", "Silt"
    mail.set_content(" \n")
    mail.add_alternative("<h2>Silt</h2><ul><li>stays</ul>", subtype="html")

    said = await desk.read(mail.as_bytes(), "a.eml")

    assert blocks(said)[2:] == [(HEADING, 2, "Silt"), (ITEM, None, "stays")]


async def test_a_message_within_a_message_is_read_below_it(desk: Desk) -> None:
    inner = EmailMessage()
    inner["Subject"] = "Inner"
    inner.set_content("Deep water.")
    outer = EmailMessage()
    outer["From"], outer["To"], outer["Subject"] = "a@example.org", "b@example.org", "Fwd"
    outer.set_content("See below.")
    outer.add_attachment(inner)

    said = await desk.read(outer.as_bytes(), "a.eml")

    assert blocks(said)[2:] == [
        (PARAGRAPH, None, "See below."),
        (HEADING, 2, "Inner"),
        (PARAGRAPH, None, "Deep water."),
    ]


async def test_headers_in_bare_bytes_are_read(desk: Desk) -> None:
    data = "From: Jörg\nTo: b\nSubject: Flüsse über Köln\n\nHöhe\n".encode("cp1252")

    assert (await desk.read(data, "a.eml")).title == "Flüsse über Köln"


async def test_each_message_of_a_mailbox_is_a_page(desk: Desk) -> None:
    said = await desk.read(SAMPLES["a.mbox"].data, "a.mbox")

    assert [page.of(said.text).split("\n\n") for page in said.pages] == [
        ["One", "From: ada@example.org", "Water runs.\nFrom the hills."],
        ["Two", "From: bo@example.org", "It rests."],
    ]
    assert (said.title, said.metadata["page_count"]) == (None, 2)


async def test_a_sealed_message_does_not_seal_its_mailbox(desk: Desk) -> None:
    sealed = b"From c 10:10\nFrom: c\nSubject: Three\nContent-Type: application/pkcs7-mime\n\nMIIB\n"

    said = await desk.read(SAMPLES["a.mbox"].data + b"\n" + sealed, "a.mbox")

    assert said.pages[2].of(said.text) == "Three\n\nFrom: c"


async def test_a_saved_page_is_read_as_the_page_that_it_was(desk: Desk) -> None:
    said = await desk.read(SAMPLES["a.mht"].data, "a.mht")

    assert blocks(said) == [(HEADING, 1, "Rivers"), (PARAGRAPH, None, "Water über.")]
    assert said.metadata == {"created": "2024-05-01T10:30:00+02:00", "address": "https://example.org/"}


async def test_an_outlook_message_is_read(desk: Desk) -> None:
    said = await desk.read(binaries.msg(), "rivers.msg")

    assert blocks(said) == [
        (HEADING, 1, "Rivers of the North"),
        (PARAGRAPH, None, "From: Ada <ada@example.org>\nTo: Bo\nCc: Cy\nDate: 2024-05-01T10:30:00+00:00"),
        (PARAGRAPH, None, "Water runs downhill."),
        (PARAGRAPH, None, "And rests."),
        (ITEM, None, "Attached: levels.csv"),
    ]
    assert said.metadata["created"] == binaries.SENT.isoformat()
    assert said.metadata["attachments"] == ["levels.csv"]


def stored(rich: bytes) -> bytes:
    return struct.pack("<II4sI", len(rich) + 12, len(rich), b"MELA", 0) + rich


@pytest.mark.parametrize(
    "body",
    [
        {"10130102": b"<html><p>Water runs."},
        {"1013001F": "<p>Water runs.".encode("utf-16-le")},
        {"1000001E": b"Water runs."},
        {"10090102": stored(b"{\\rtf1 Water runs.}")},
    ],
)
async def test_an_outlook_message_is_read_in_whatever_form_it_has(desk: Desk, body: dict[str, bytes]) -> None:
    said = await desk.read(binaries.msg(body), "a.msg")

    assert [what for _, _, what in blocks(said)][2:-1] == ["Water runs."]


async def test_a_message_within_an_outlook_message_is_read_below_it(desk: Desk) -> None:
    said = await desk.read(binaries.msg(inner=True), "a.msg")

    assert blocks(said)[4:] == [
        (ITEM, None, "Attached: levels.csv"),
        (HEADING, 2, "Silt"),
        (PARAGRAPH, None, f"From: Bo\nDate: {binaries.SENT.isoformat()}"),
        (PARAGRAPH, None, "Look."),
        (ITEM, None, "Attached: ..\\silt.pdf"),
    ]
    assert said.title == "Rivers of the North"


def test_compressed_rich_text_is_unpacked() -> None:
    """The first example of [MS-OXRTFCP], section 3.1."""
    packed = bytes.fromhex(
        "2d0000002b0000004c5a4675f1c5c7a703000a007263706731323542320af32068656c090020627705b06c647d0a800fa0"
    )

    assert outlook.unpacked(packed) == b"{\\rtf1\\ansi\\ansicpg1252\\pard hello world}\r\n"


def test_compressed_rich_text_that_runs_over_itself_is_unpacked() -> None:
    """The second example of [MS-OXRTFCP], section 3.2."""
    packed = bytes.fromhex(
        "1a000000 1c000000 4c5a4675 e2d44b51 41000420 5758595a 0d6e7d01 0eb0".replace(" ", "")
    )

    assert outlook.unpacked(packed) == b"{\\rtf1 WXYZWXYZWXYZWXYZWXYZ}"


def test_rich_text_that_unpacks_without_bounds_is_refused() -> None:
    with pytest.raises(FileTooComplex):
        outlook.unpacked(struct.pack("<II4sI", 0, 2**31, b"LZFu", 0))
    with pytest.raises(FileBroken):
        outlook.unpacked(b"LZFu")


async def test_rich_text_is_read_with_its_structure(desk: Desk) -> None:
    said = await desk.read(SAMPLES["a.rtf"].data, "rivers.rtf")

    assert blocks(said) == [
        (HEADING, 1, "Rivers"),
        (PARAGRAPH, None, "Water runsü€ber downhill.\n\u0414\u0430"),
        (ITEM, None, "The Elbe"),
        (HEADING, 2, "Gauges"),
        (TABLE, None, "Place | Level\nHamburg | 5.25"),
        (PARAGRAPH, None, "After 😊."),
        (PARAGRAPH, None, "Confidential"),
        (PARAGRAPH, None, "Mostly."),
    ]
    assert [role for role, _, _ in roles(said)][-2:] == [Role.HEADER, Role.NOTE]
    assert (said.title, said.metadata) == ("Rivers of the North", {"author": "Ada"})


@pytest.mark.parametrize(
    ("written", "text"),
    [
        (rb"{\rtf1\ansi\ansicpg1251 \'c4\'e0}", "Да"),
        (rb"{\rtf1\uc2\u228xyb\uc0\u246c}", "äböc"),
        (rb"{\rtf1 a\v hidden\v0 b}", "ab"),
        (rb"{\rtf1 a{\*\xyz no}{\field{\*\fldinst HYPERLINK x}{\fldrslt b}}c}", "abc"),
        (rb"{\rtf1 \{a\}\\\~b\emdash c\tab d}", "{a}\\\u00a0b\u2014c\td"),
        (b"{\\rtf1 a\r\nb\\par\r\nc", "ab\n\nc"),
        (b"{\\rtf1 a}}}} b", "a b"),
        (b"{\\rtf1 a\\\nb\\\r\nc}", "a\n\nb\n\nc"),
        (rb"{\rtf1 a{\*\shpinst{\sp{\sn wzName}{\sv Bild}}{\shptxt b\par}}\par c}", "ab\n\nc"),
        (rb"{\rtf1 before\trowd\pard\intbl a\cell b\cell\row\pard after}", "before\n\na | b\n\nafter"),
    ],
)
async def test_the_words_of_rich_text_are_told_from_its_controls(
    desk: Desk, written: bytes, text: str
) -> None:
    assert (await desk.read(written, "a.rtf")).text == text


async def test_a_message_that_lies_in_very_many_others_hinders_none_of_its_mailbox(desk: Desk) -> None:
    deep = b"Subject: Deep\nContent-Type: message/rfc822\n\n" * 1_000
    letters = (b"Subject: Mud\n\nSilt.\n", deep, b"Subject: Rain\n\nDrops.\n")

    said = await desk.read(b"\n".join(b"From ada 10:10\n" + letter for letter in letters), "a.mbox")

    assert [page.of(said.text) for page in said.pages] == ["Mud\n\nSilt.", "", "Rain\n\nDrops."]
