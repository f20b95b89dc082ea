"""Every format that is read: a real file of each is, and the table of formats in the documents is true."""

import re
import shutil
from pathlib import Path

import pytest

from aether.adapters.extraction import formats
from tests.adapters.extraction_desk import Desk, unpacks
from tests.adapters.extraction_samples import SAMPLES, Sample

READ = [format for format in formats.FORMATS if format.module]
PACKED = [format for format in READ if format.module == "libarchives"]
DOCUMENT = Path(__file__).parents[2] / "docs" / "formats.md"


@pytest.fixture
def desk(tmp_path: Path) -> Desk:
    return Desk(tmp_path)


@pytest.mark.parametrize("sample", SAMPLES.values(), ids=SAMPLES)
async def test_a_file_of_each_format_says_what_was_written(desk: Desk, sample: Sample) -> None:
    if sample.content_type.startswith("image/") and shutil.which("tesseract") is None:
        pytest.skip("Tesseract is not installed.")
    if formats.called(sample.content_type) in PACKED and not unpacks():
        pytest.skip("libarchive is not installed.")

    said = await desk.read(sample.data, sample.name)

    assert said.content_type == sample.content_type
    place = 0
    for piece in sample.says:
        place = said.text.index(piece, place) + len(piece)


def test_there_is_a_sample_of_each_format_that_is_read() -> None:
    assert {sample.content_type for sample in SAMPLES.values()} == {format.content_type for format in READ}
    assert len(READ) == len(SAMPLES) >= 35


def test_no_ending_and_no_content_type_promises_two_formats() -> None:
    suffixes = [suffix for format in formats.FORMATS for suffix in format.suffixes]
    types = [type for format in formats.FORMATS for type in (format.content_type, *format.also)]

    assert len(suffixes) == len(set(suffixes))
    assert len(types) == len(set(types))
    assert all(suffix == suffix.lower() for suffix in suffixes)


def test_the_document_of_formats_lists_exactly_those_that_are_read() -> None:
    rows = re.findall(r"^\| ([^|]+) \| ([^|]+) \| `([^`|]+)` \|", DOCUMENT.read_text(), re.MULTILINE)
    listed = {type: (name, frozenset(re.findall(r"`([^`]+)`", endings))) for name, endings, type in rows}
    named = {format.content_type: format.suffixes for format in READ}

    assert {type: endings for type, (_, endings) in listed.items()} == named
    assert len(rows) == len(READ)


BINARY = [
    sample for sample in SAMPLES.values() if sample.data[:2] in {b"PK", b"\xd0\xcf"} or sample.name == "a.pdf"
]


@pytest.mark.parametrize("sample", BINARY, ids=lambda sample: sample.name)
async def test_the_bytes_of_a_binary_format_tell_what_it_is(desk: Desk, sample: Sample) -> None:
    said = await desk.read(sample.data, "notes.txt", "text/plain")

    assert said.content_type == sample.content_type


SIGNED = (
    "a.rtf",
    "a.eml",
    "a.mbox",
    "a.mht",
    "a.fb2",
    "a.svg",
    "a.opml",
    "a.xml",
    "a.ics",
    "a.vcf",
    "a.vtt",
    "a.html",
)


@pytest.mark.parametrize("name", ["", "notes.txt"])
@pytest.mark.parametrize("sample", SIGNED)
async def test_texts_with_a_sign_need_no_name(desk: Desk, sample: str, name: str) -> None:
    assert (await desk.read(SAMPLES[sample].data, name)).content_type == SAMPLES[sample].content_type


TEXTS = [format for format in READ if format.textual and format not in {formats.HTML, formats.RTF}]


@pytest.mark.parametrize("format", TEXTS, ids=lambda it: it.module + it.content_type)
async def test_plain_words_are_read_whatever_text_their_name_promises(
    desk: Desk, format: formats.Format
) -> None:
    """What no reader can make sense of is still text, or refused as a broken calendar or the like."""
    answer = desk.answer(b"Just some words.\n", f"a{min(format.suffixes)}")

    if format in {formats.ICS, formats.VCF}:
        assert answer["refused"][0] == "FILE_BROKEN"
    else:
        assert "Just some words." in answer["extracted"]["text"]


async def test_a_sender_may_name_the_kind_of_a_text_without_a_name(desk: Desk) -> None:
    said = await desk.read(b"a;b\n1;2\n", "", "text/csv; charset=utf-8")

    assert (said.content_type, said.text) == ("text/csv", "a | b\n1 | 2")


async def test_settings_that_look_like_a_message_are_none(desk: Desk) -> None:
    data = b"from: a\nto: b\nsubject: c\ndate: d\n"

    assert (await desk.read(data, "a.yaml")).content_type == "application/yaml"
    assert (await desk.read(data, "a")).content_type == "message/rfc822"


@pytest.mark.parametrize("charset", ["cp1252", "utf-16", "utf-16-le", "utf-8-sig"])
@pytest.mark.parametrize(
    ("name", "written"),
    [
        ("a.csv", "Ort;Höhe\nKöln;fünf\n"),
        ("a.json", '{"Ort": "Köln, schön über dem Fluß"}'),
        ("a.xml", "<?xml version='1.0'?><a>Köln, schön über dem Fluß</a>"),
        ("a.ini", "[Köln]\nGröße=fünf\n"),
        ("a.rst", "Köln\n====\n\nschön über dem Fluß\n"),
        ("a.srt", "1\n00:00:01,000 --> 00:00:02,000\nKöln, schön über dem Fluß\n"),
        ("a.py", "x = 'Köln, schön über dem Fluß'\n"),
        (
            "a.ics",
            "BEGIN:VCALENDAR\nBEGIN:VEVENT\nSUMMARY:Köln, schön über dem Fluß\nEND:VEVENT\nEND:VCALENDAR\n",
        ),
    ],
)
async def test_texts_are_read_in_every_common_charset(
    desk: Desk, name: str, written: str, charset: str
) -> None:
    assert "Köln" in desk.answer(written.encode(charset), name)["extracted"]["text"]
