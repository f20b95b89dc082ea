"""Damaged and hostile files of every format: each is read, or refused for a reason that has a name."""

import io
import random
import zipfile
from contextlib import suppress
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from aether.adapters.extraction import formats
from aether.domain.texts import FileEncrypted, FileTooComplex, FileUnreadable
from tests import make_files as make
from tests.adapters import extraction_binaries as binaries
from tests.adapters import extraction_legacy as legacy
from tests.adapters import extraction_samples as samples
from tests.adapters.extraction_desk import Desk
from tests.adapters.extraction_samples import SAMPLES

OURS = sorted(SAMPLES.keys() - {"a.pdf"})
"""Those read without PDFium, which may take the process with it."""
PACKED = ("a.7z", "a.ar", "a.cab", "a.cpio", "a.iso", "a.lzh", "a.rar", "a.zst")
FRAIL = ("a.pdf", "a.xls", "a.xlsb", *PACKED)
"""Those whose damage may take the process that reads them with it, which is what it is for."""
SOUND = sorted(SAMPLES.keys() - set(FRAIL))
DEEP = 1_000_000


@pytest.fixture
def desk(tmp_path: Path) -> Desk:
    return Desk(tmp_path)


@st.composite
def damage(draw: st.DrawFn) -> bytes:
    """A sample's bytes, some of them changed, left out or said again."""
    name = draw(st.sampled_from(SOUND))
    data = bytearray(SAMPLES[name].data)
    for _ in range(draw(st.integers(1, 6))):
        place = draw(st.integers(0, max(len(data) - 1, 0)))
        size = draw(st.integers(1, 40))
        what = draw(st.sampled_from(["change", "cut", "repeat", "tear"]))
        if what == "change":
            data[place : place + size] = draw(st.binary(min_size=size, max_size=size))
        elif what == "cut":
            del data[place : place + size]
        elif what == "repeat":
            data[place:place] = data[place : place + size]
        else:
            del data[place:]
    return name.encode() + b"\n" + bytes(data)


@st.composite
def damage_within(draw: st.DrawFn) -> bytes:
    """A sample's bytes, a part in its package damaged and the package whole."""
    packed = [name for name in SOUND if SAMPLES[name].data.startswith(b"PK")]
    name = draw(st.sampled_from(packed))
    with zipfile.ZipFile(io.BytesIO(SAMPLES[name].data)) as package:
        parts = {part: package.read(part) for part in package.namelist()}
    part = draw(st.sampled_from(sorted(parts)))
    data = bytearray(parts[part])
    place = draw(st.integers(0, max(len(data) - 1, 0)))
    data[place : place + draw(st.integers(0, 30))] = draw(st.binary(max_size=30))
    if draw(st.booleans()):
        del parts[part]
    else:
        parts[part] = bytes(data)
    return name.encode() + b"\n" + make.packed(parts)


@given(st.one_of(damage(), damage_within()))
@settings(max_examples=250, deadline=None, suppress_health_check=list(HealthCheck))
def test_random_damage_never_surprises(tmp_path_factory: pytest.TempPathFactory, damaged: bytes) -> None:
    name, _, data = damaged.partition(b"\n")

    answer = Desk(tmp_path_factory.getbasetemp()).answer(data, name.decode())

    assert "failed" not in answer, (name, answer)


@pytest.mark.parametrize("name", FRAIL)
async def test_damage_that_ends_the_process_is_answered_for(desk: Desk, name: str) -> None:
    chance = random.Random(7)
    read = 0
    for _ in range(12):
        data = bytearray(SAMPLES[name].data)
        for place in chance.sample(range(len(data)), 12):
            data[place] = chance.randrange(256)
        with suppress(FileUnreadable):
            await desk.read(bytes(data), name)
            read += 1
    assert read < 12


@pytest.mark.parametrize("name", OURS)
def test_a_file_of_any_format_may_break_off_anywhere(desk: Desk, name: str) -> None:
    data = SAMPLES[name].data

    for end in range(1, len(data), max(1, len(data) // 60)):
        answer = desk.answer(data[:end], name)
        assert "failed" not in answer, (name, end, answer)


@pytest.mark.parametrize("name", OURS)
@pytest.mark.parametrize(
    "data", [b"\x00", b"\x00" * 70_000, b"\xff\xfe", b" \n", b"\x1a" * 9, bytes(range(256))]
)
def test_bytes_that_are_nothing_are_refused_or_said_to_be_text(desk: Desk, name: str, data: bytes) -> None:
    answer = desk.answer(data, name)

    assert "refused" in answer or not answer["extracted"]["text"].strip("\x1a\ufffd")


@pytest.mark.parametrize("name", OURS)
def test_an_error_page_in_place_of_a_file_is_never_taken_for_it(desk: Desk, name: str) -> None:
    answer = desk.answer(b"<html><h1>403 Forbidden</h1>", name)

    promised = formats.promised_by(name)
    if promised and not promised.textual and name not in {"a.doc", "a.xls", "a.msg"}:
        assert answer["refused"][0] == "FILE_MISLABELLED"
    elif name != "a.py":
        assert answer["extracted"]["content_type"] == "text/html"


@pytest.mark.parametrize(
    ("data", "name"),
    [
        (make.SEALED_DOCX, "a.xlsx"),
        (make.SEALED_DOCX, "a.pptx"),
        (binaries.xls(sealed=True), "a.xls"),
        (legacy.doc(flags=0x0300), "a.doc"),
        (legacy.ppt(mark=0xF3D1C4DF), "a.ppt"),
        (legacy.ppt(seal=bytes(4)), "b.ppt"),
        (samples.opened("text", "", sealed=True), "a.odt"),
        (samples.opened("spreadsheet", "", sealed=True), "a.ods"),
        (samples.epub(lock="http://www.w3.org/2001/04/xmlenc#aes128-cbc"), "a.epub"),
        (
            b"From: a\nTo: b\nSubject: c\nContent-Type: multipart/encrypted; boundary=x\n\n--x\n\nx\n--x--\n",
            "a.eml",
        ),
    ],
)
def test_what_is_sealed_is_called_so(desk: Desk, data: bytes, name: str) -> None:
    assert desk.answer(data, name)["refused"][0] == FileEncrypted.code


def test_fonts_that_are_hidden_do_not_seal_a_book(desk: Desk) -> None:
    data = samples.epub(lock="http://www.idpf.org/2008/embedding")

    assert "The sea." in desk.answer(data, "a.epub")["extracted"]["text"]


LAUGHS = (
    '<!DOCTYPE r [<!ENTITY l0 "ha">'
    + "".join(f'<!ENTITY l{n} "{f"&l{n - 1};" * 10}">' for n in range(1, 10))
    + '<!ENTITY file SYSTEM "file:///etc/passwd">]>'
)


@pytest.mark.parametrize("entity", ["l0", "l9", "file"])
@pytest.mark.parametrize(
    ("name", "written"),
    [
        ("a.xml", "{laughs}<r><t>so: {it}</t></r>"),
        ("a.svg", "{laughs}<svg><text>so: {it}</text></svg>"),
        ("a.fb2", "{laughs}<FictionBook><body><p>so: {it}</p></body></FictionBook>"),
        ("a.opml", '{laughs}<opml><body><outline text="so: {it}"/></body></opml>'),
    ],
)
def test_entities_are_never_unfolded_nor_files_fetched(
    desk: Desk, name: str, written: str, entity: str
) -> None:
    answer = desk.answer(written.format(laughs=LAUGHS, it=f"&{entity};").encode(), name)

    text = answer["extracted"]["text"] if "extracted" in answer else ""
    assert "haha" not in text
    assert "root:" not in text
    assert "failed" not in answer


def test_entities_in_packages_are_never_unfolded(desk: Desk) -> None:
    words = "<office:body><p>&l9;&file;</p></office:body>"
    body = f"{LAUGHS}<office:document-content {samples.OPEN_NAMES}>{words}</office:document-content>"
    data = make.packed({"mimetype": b"application/vnd.oasis.opendocument.text", "content.xml": body.encode()})

    answer = desk.answer(data, "a.odt")

    assert "failed" not in answer
    assert "haha" not in str(answer)
    assert "root:" not in str(answer)


@pytest.mark.parametrize(
    "kind", ["xl/workbook.xml", "ppt/presentation.xml", "META-INF/container.xml", "content.xml"]
)
async def test_packages_that_unpack_without_bounds_are_refused(desk: Desk, kind: str) -> None:
    data = make.packed({"mimetype": b"application/vnd.oasis.opendocument.text", kind: b" " * (64 * 2**20)})

    with pytest.raises(FileTooComplex):
        await desk.read(data, "bomb")


NESTED = {
    "a.json": b"[" * DEEP,
    "b.json": b'{"a":' * DEEP + b"1" + b"}" * DEEP,
    "a.jsonl": b"[" * DEEP + b"]" * DEEP,
    "a.ipynb": b'{"cells":' * DEEP,
    "a.xml": b"<a>" * DEEP + b"deep",
    "a.svg": b"<svg>" * DEEP,
    "a.opml": b"<opml><body>" + b"<outline text='x'>" * DEEP,
    "a.fb2": b"<FictionBook><body>" + b"<section>" * DEEP,
    "a.rtf": b"{\\rtf1 " + b"{" * DEEP + b"deep",
    "a.eml": b"From: a\nTo: b\nSubject: c\n"
    + b"".join(b"Content-Type: multipart/mixed; boundary=%d\n\n--%d\n" % (n, n) for n in range(3_000)),
    "b.eml": b"From: a\nTo: b\nSubject: c\n" + b"Content-Type: message/rfc822\n\n" * 3_000 + b"deep",
    "c.eml": b"From: " + b"(" * DEEP + b"\nTo: b\nSubject: " + b"=?utf-8?q?" * 100_000 + b"\n\nHi.",
    "a.tex": b"\\section{" * 100_000 + b"deep",
    "b.tex": b"\\begin{itemize}\\item " * 100_000,
    "c.tex": b"\\begin{verbatim}" * 50_000 + b"{" * DEEP,
    "a.bib": b"@book{a, title = {" + b"{" * DEEP,
    "b.bib": b"@book{a, title = {x\n" * 50_000,
    "a.org": b"*" * DEEP + b" deep\n" + b"* a\n" * 100_000 + b"[[" * 100_000,
    "a.rst": b"`" * DEEP + b"\n" + b"*a" * 100_000 + b"\n" + b".. note::\n" * 100_000,
    "a.adoc": b"=" * DEEP + b"\n" + b"*a" * 100_000 + b"\n" + b"|===\n" * 100_000,
    "a.vtt": b"WEBVTT\n\n00:01.000 --> 00:02.000\n" + b"<i>" * 100_000 + b"deep",
    "a.srt": b"00:00:01,000 --> 00:00:02,000\n\n" * 50_000,
    "a.ics": b"BEGIN:VCALENDAR\n" * 200_000,
    "a.vcf": b"BEGIN:VCARD\nFN;ENCODING=QUOTED-PRINTABLE:" + b"a=\n" * 300_000 + b"\nEND:VCARD\n",
    "a.csv": b'"' * DEEP + b"\n" + b"a," * DEEP,
    "b.csv": b'"' + b"a\n" * 6_000_000,
    "a.ini": b"[" * DEEP + b"\n" + b"[a]\n" * 100_000,
    "a.py": b"\n \n" * 300_000 + b"x",
    "a.mbox": b"From a 10:10\nA: b\n\n" * 20_000,
    "a.yaml": b"- " * DEEP,
}


@pytest.mark.parametrize("name", NESTED)
def test_what_nests_or_repeats_without_end_is_read_or_refused(desk: Desk, name: str) -> None:
    answer = desk.answer(NESTED[name], name)

    assert "failed" not in answer, answer
    if name in {"a.json", "b.json", "a.jsonl", "a.ipynb", "a.rtf", "a.xml", "a.svg", "a.opml"}:
        assert answer["refused"][0] == FileTooComplex.code


async def test_a_workbook_with_a_cell_in_a_far_corner_is_refused(desk: Desk) -> None:
    near, far = samples.said("A1", "near"), samples.said("XFD1048576", "far")
    row = f'<row r="1">{near}</row><row r="1048576">{far}</row>'

    with pytest.raises(FileTooComplex, match="spans more than"):
        await desk.read(samples.xlsx(row), "far.xlsx")


async def test_a_cell_in_a_far_corner_that_says_nothing_does_no_harm(desk: Desk) -> None:
    row = f'<row r="1">{samples.said("A1", "near")}</row><row r="1048576"><c r="XFD1048576" s="1"/></row>'

    assert (await desk.read(samples.xlsx(row), "far.xlsx")).text == "Gauges\n\nnear"


async def test_an_opendocument_sheet_that_repeats_without_bounds_is_refused(desk: Desk) -> None:
    cell = '<table:table-cell office:value-type="string" table:number-columns-repeated="16384">'
    row = f'<table:table-row table:number-rows-repeated="1048576">{cell}<text:p>x</text:p></table:table-cell>'
    table = f'<table:table table:name="Vast">{row}</table:table-row></table:table>'

    with pytest.raises(FileUnreadable):
        await desk.read(samples.opened("spreadsheet", table), "vast.ods")
