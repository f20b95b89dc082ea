"""What is read from files of each format, in the process that reads them."""

from pathlib import Path

import pytest

from aether.domain.blobs import FileEmpty
from aether.domain.texts import FileBroken, FileEncrypted, FileMislabelled, FileUnsupported, Role
from tests import make_files as make
from tests.adapters import extraction_binaries as binaries
from tests.adapters.extraction_desk import CODE, HEADING, ITEM, PARAGRAPH, TABLE, Desk, blocks


@pytest.fixture
def desk(tmp_path: Path) -> Desk:
    return Desk(tmp_path)


async def test_the_words_of_a_pdf_stand_on_their_pages(desk: Desk) -> None:
    data = make.pdf(
        ["Water runs downhill.", "The Müller gauge."], [], ["Silt stays."], title="Rivers", author="Ada"
    )

    said = await desk.read(data, "rivers.pdf")

    assert said.content_type == "application/pdf"
    assert [page.of(said.text) for page in said.pages] == [
        "Water runs downhill.\nThe Müller gauge.",
        "",
        "Silt stays.",
    ]
    assert [(block.page, block.of(said.text).split()[0]) for block in said.blocks] == [
        (1, "Water"),
        (3, "Silt"),
    ]
    assert said.title == "Rivers"
    assert said.extractor == "pdf"
    assert "pdfium" in said.extractor_version
    assert said.metadata["author"] == "Ada"
    assert said.metadata["created"][:2] == "20"
    assert (said.metadata["page_count"], said.metadata["pages_without_text"]) == (3, 1)


async def test_a_pdf_falls_into_paragraphs_under_headings_of_their_size(desk: Desk) -> None:
    prose = "Water runs downhill until it meets the sea, and rests. " * 5
    data = make.report(
        ("Title", "Rivers"),
        ("Heading1", "Sources"),
        ("BodyText", prose),
        ("BodyText", prose),
        ("Heading2", "Springs"),
        ("BodyText", prose),
    )

    said = await desk.read(data, "report.pdf")

    assert [(kind, level) for kind, level, _ in blocks(said)] == [
        (HEADING, 1),
        (HEADING, 1),
        (PARAGRAPH, None),
        (PARAGRAPH, None),
        (HEADING, 2),
        (PARAGRAPH, None),
    ]
    assert " ".join(blocks(said)[2][2].split()) == prose.strip()


async def test_a_word_hyphenated_at_the_end_of_a_line_is_whole_again(desk: Desk) -> None:
    lines = ["Know this:", "the hydro-", "logical year", "begins in autumn."]

    said = await desk.read(make.pdf(lines), "year.pdf")

    assert said.text == "Know this:\nthe hydrological year\nbegins in autumn."


async def test_letters_beyond_the_basic_plane_are_read_from_a_pdf(desk: Desk) -> None:
    data = make.pdf_of_rare_letters(("𝄞🌊" * 20, 700), ("river", 688), ("delta", 600))

    said = await desk.read(data, "rare.pdf")

    assert [what for _, _, what in blocks(said)] == ["𝄞🌊" * 20 + "\nriver", "delta"]


async def test_a_torn_pdf_is_repaired(desk: Desk) -> None:
    said = await desk.read(make.torn_pdf(), "torn.pdf")

    assert said.metadata["repaired"]
    assert said.text.count("Water runs downhill.") == 60 - said.metadata["pages_without_text"] > 10


async def test_a_pdf_under_a_password_is_refused_and_one_with_an_owner_is_read(desk: Desk) -> None:
    with pytest.raises(FileEncrypted, match="password"):
        await desk.read(make.encrypted_pdf("Secret.", password="sesame"), "secret.pdf")

    said = await desk.read(make.encrypted_pdf("Owned.", password=""), "owned.pdf")

    assert said.text == "Owned."


@pytest.mark.parametrize("rest", [b"", b"\n" + bytes(range(256)) * 40, b"\n1 0 obj<</Type/Catalog>>endobj"])
async def test_a_pdf_beyond_repair_is_refused(desk: Desk, rest: bytes) -> None:
    with pytest.raises(FileBroken):
        await desk.read(b"%PDF-1.7" + rest, "broken.pdf")


async def test_a_word_document_is_read_with_all_that_stands_around_it(desk: Desk) -> None:
    said = await desk.read(make.word(), "rivers.docx")

    assert [(block.role, *what) for block, what in zip(said.blocks, blocks(said), strict=True)] == [
        (Role.BODY, HEADING, 1, "Rivers"),
        (Role.BODY, PARAGRAPH, None, "Water runs downhill."),
        (Role.BODY, ITEM, None, "The Elbe"),
        (Role.BODY, HEADING, 2, "Gauges"),
        (Role.BODY, TABLE, None, "Place | Level\nHamburg | 5.2"),
        (Role.HEADER, PARAGRAPH, None, "Confidential"),
        (Role.FOOTER, PARAGRAPH, None, "Institute of Water"),
        (Role.COMMENT, PARAGRAPH, None, "Is that always so?"),
    ]
    assert (said.title, said.metadata["author"]) == ("Rivers of the North", "Ada")
    assert said.pages == ()


async def test_what_was_deleted_or_moved_away_in_a_word_document_is_not_said(desk: Desk) -> None:
    body = (
        "<w:p><w:r><w:t>It </w:t></w:r><w:del><w:r><w:delText>never </w:delText></w:r></w:del>"
        "<w:ins><w:r><w:t>always </w:t></w:r></w:ins><w:r><w:t>flows</w:t><w:tab/><w:t>on.</w:t></w:r></w:p>"
        "<w:moveFrom><w:p><w:r><w:t>Gone.</w:t></w:r></w:p></w:moveFrom>"
        '<w:p><w:r><w:instrText>PAGE</w:instrText></w:r><w:r><w:t xml:space="preserve"> 7</w:t></w:r></w:p>'
    )

    said = await desk.read(make.word_of(body), "tracked.docx")

    assert said.text == "It always flows\ton.\n\n7"


async def test_boxes_nested_tables_and_notes_of_a_word_document_are_said_once(desk: Desk) -> None:
    box = (
        '<mc:AlternateContent xmlns:mc="http://schemas.openxmlformats.org/markup-compatibility/2006">'
        "<mc:{0}><w:txbxContent><w:p><w:r><w:t>In a box.</w:t></w:r></w:p></w:txbxContent></mc:{0}>"
        "<mc:{1}><w:txbxContent><w:p><w:r><w:t>In a box.</w:t></w:r></w:p></w:txbxContent></mc:{1}>"
        "</mc:AlternateContent>"
    ).format("Choice", "Fallback")
    cell = "<w:tc><w:p><w:r><w:t>{}</w:t></w:r></w:p>{}</w:tc>"
    inner = "<w:tbl><w:tr>" + cell.format("b", "") + "</w:tr></w:tbl>"
    table = "<w:tbl><w:tr>" + cell.format("a", inner) + cell.format("c", "") + "</w:tr></w:tbl>"
    body = f"<w:p><w:r><w:t>Before.</w:t></w:r><w:r>{box}</w:r></w:p>{table}"
    parts = {"word/footnotes.xml": ("footnotes+xml", make.notes("See page 3.", "See page 3."))}

    said = await desk.read(make.word_of(body, parts=parts), "boxes.docx")

    assert [what for _, _, what in blocks(said)] == ["In a box.", "Before.", "a b | c", "See page 3."]
    assert said.blocks[-1].role is Role.NOTE


@pytest.mark.parametrize(
    "data",
    [
        make.packed({"[Content_Types].xml": make.TYPES, "word/document.xml": b"<w:document>"}),
        make.packed({"[Content_Types].xml": make.TYPES}),
        make.word()[:5_000],
    ],
)
async def test_a_broken_word_document_is_refused(desk: Desk, data: bytes) -> None:
    with pytest.raises(FileBroken):
        await desk.read(data, "broken.docx")


async def test_a_word_document_under_a_password_is_refused(desk: Desk) -> None:
    with pytest.raises(FileEncrypted):
        await desk.read(make.SEALED_DOCX, "sealed.docx")


async def test_a_web_page_is_read_as_its_reader_sees_it(desk: Desk) -> None:
    page = """<!DOCTYPE html><html><head><title>Rivers &amp; Seas</title><meta name="author" content="Ada">
      <style>p { color: red }</style></head><body><script>let no = "no"</script>
      <header><h1>Rivers</h1></header>
      <p>Water <b>runs</b>\n  downhill<br>and rests.</p>
      <ul><li>The Elbe<ul><li>Hamburg</li></ul></li><li>The Rhine</ul>
      <table><caption>Levels</caption><tr><th>Place<th>Level<tr><td>Hamburg<td>5.2</table>
      <table><tr><td><h2>Layout</h2>Left</td><td><p>Right</p></td></tr></table>
      <pre>if x:\n    y()\n</pre></body></html>"""

    said = await desk.read(page.encode(), "page.html")

    assert blocks(said) == [
        (HEADING, 1, "Rivers"),
        (PARAGRAPH, None, "Water runs downhill\nand rests."),
        (ITEM, None, "The Elbe"),
        (ITEM, None, "Hamburg"),
        (ITEM, None, "The Rhine"),
        (PARAGRAPH, None, "Levels"),
        (TABLE, None, "Place | Level\nHamburg | 5.2"),
        (HEADING, 2, "Layout"),
        (PARAGRAPH, None, "Left"),
        (PARAGRAPH, None, "Right"),
        (CODE, None, "if x:\n    y()"),
    ]
    assert (said.title, said.metadata["author"]) == ("Rivers & Seas", "Ada")


async def test_a_web_page_says_which_charset_it_is_in(desk: Desk) -> None:
    page = '<html><meta charset="iso-8859-5"><p>Вода течёт вниз.</p></html>'

    said = await desk.read(page.encode("iso-8859-5"), "page.html")

    assert said.text == "Вода течёт вниз."


async def test_markdown_is_read_without_its_marks(desk: Desk) -> None:
    source = """---
title: "Rivers"
author: Ada
---
# Sources

Water *runs* [downhill](http://example.org)\nand ![rests](sea.png).

- The Elbe
- The Rhine

  has falls.

| Place | Level |
|-------|------:|
| Hamburg | **5.2** |

```python
flow()
```

<div>In <b>markup</b>.</div>

Mouths
------
"""

    said = await desk.read(source.encode(), "rivers.md")

    assert said.content_type == "text/markdown"
    assert blocks(said) == [
        (HEADING, 1, "Sources"),
        (PARAGRAPH, None, "Water runs downhill\nand rests."),
        (ITEM, None, "The Elbe"),
        (ITEM, None, "The Rhine"),
        (ITEM, None, "has falls."),
        (TABLE, None, "Place | Level\nHamburg | 5.2"),
        (CODE, None, "flow()"),
        (PARAGRAPH, None, "In markup."),
        (HEADING, 2, "Mouths"),
    ]
    assert (said.title, said.metadata["author"]) == ("Rivers", "Ada")


GERMAN = "Das Flußbett überströmt größere Flächen; die Höhe, gemessen in Köln, beträgt „5,2 m“, für 20 €."
FRENCH = (
    "« L'eau s'écoule très lentement à travers la forêt où naît le ruisseau » ; ça coûte 20 €, paraît-il."
)
RUSSIAN = "Река течёт медленно через лес, где рождается ручей, и впадает в холодное северное море."


@pytest.mark.parametrize(
    "charset", ["utf-8", "utf-8-sig", "utf-16", "utf-16-le", "utf-16-be", "utf-32", "cp1252"]
)
@pytest.mark.parametrize("text", [GERMAN, FRENCH])
async def test_plain_text_is_read_in_every_common_charset(desk: Desk, text: str, charset: str) -> None:
    said = await desk.read(text.encode(charset), "notes.txt")

    assert said.text == text
    assert said.content_type == "text/plain"


@pytest.mark.parametrize("charset", ["utf-16", "cp1251", "koi8-r"])
async def test_russian_is_read_in_its_old_charsets(desk: Desk, charset: str) -> None:
    assert (await desk.read((RUSSIAN * 3).encode(charset), "notes.txt")).text == RUSSIAN * 3


@pytest.mark.parametrize("text", ["Water runs.", GERMAN + "\n" + "plain words " * 500 + "\n" + GERMAN])
async def test_utf_16_without_a_mark_is_read(desk: Desk, text: str) -> None:
    said = await desk.read(text.encode("utf-16-le"), "notes.txt")

    assert (said.text, said.metadata["charset"]) == (text, "utf-16-le")


async def test_a_torn_byte_does_not_turn_utf_8_into_something_else(desk: Desk) -> None:
    said = await desk.read(GERMAN.encode() + b" \xff " + GERMAN.encode(), "notes.txt")

    assert said.text == f"{GERMAN} \ufffd {GERMAN}"


async def test_plain_text_falls_into_paragraphs_at_blank_lines(desk: Desk) -> None:
    said = await desk.read(b"one\r\ntwo\r\n \r\n\r\n  three\r\n\x0cfour", "notes.txt")

    assert [what for _, _, what in blocks(said)] == ["one\ntwo", "three", "four"]


@pytest.mark.parametrize(
    ("data", "name", "content_type"),
    [
        (make.pdf(["Hi."]), "notes.txt", "application/pdf"),
        (make.pdf(["Hi."]), "letter.docx", "application/pdf"),
        (b"\n" + make.pdf(["Hi."]), "", "application/pdf"),
        (b"\x00\x01junk" + make.pdf(["Hi."]), "x.pdf", "application/pdf"),
        (make.word_of("<w:p><w:r><w:t>Hi.</w:t></w:r></w:p>"), "page.pdf", None),
        (b"<html><p>Hi.", "page", "text/html"),
        (b"<!-- saved --><!doctype html><p>Hi.", "page.txt", "text/html"),
        (b"<p>Hi.", "page.html", "text/html"),
        (b"<p>Hi.", "page.txt", "text/plain"),
        (b"Hi.", "page.html", "text/plain"),
        (b"Hi.", "notes.md", "text/markdown"),
        (b"Hi.", "no name at all", "text/plain"),
        (b"<html><p>Hi.", "export.xls", "text/html"),
        ("<html><p>Hi.".encode("utf-16"), "page.html", "text/html"),
    ],
)
async def test_the_bytes_tell_what_a_file_is(
    desk: Desk, data: bytes, name: str, content_type: str | None
) -> None:
    said = await desk.read(data, name)

    assert said.content_type == (content_type or make.WORD_TYPE)
    assert "Hi." in said.text


async def test_a_sender_may_say_that_text_without_a_name_is_markdown_or_a_page(desk: Desk) -> None:
    assert (await desk.read(b"# Hi", "", "text/markdown; charset=utf-8")).text == "Hi"
    assert (await desk.read(b"<b>Hi</b>", "", "text/html")).text == "Hi"


@pytest.mark.parametrize(
    ("data", "name"),
    [
        (b"<html><p>403 Forbidden", "report.pdf"),
        (b"Not found", "report.docx"),
        (b"Not found", "picture.png"),
        (make.PROGRAM, "report.pdf"),
        (b"\x04\x22\x4d\x18" + bytes(200), "notes.txt"),
        (make.packed({"a.txt": b"a"}), "report.docx"),
        (bytes(range(256)) * 9, "notes.txt"),
    ],
)
async def test_a_name_that_promises_something_else_altogether_is_refused(
    desk: Desk, data: bytes, name: str
) -> None:
    with pytest.raises(FileMislabelled, match="is named like"):
        await desk.read(data, name)


@pytest.mark.parametrize(
    ("data", "name", "called"),
    [
        (make.PROGRAM, "tool", "a program"),
        (b"\x04\x22\x4d\x18" + bytes(200), "a.lz4", "an archive"),
        (binaries.compound({"CONTENTS": b"Dear Ada"}), "letter.wps", "an old Office"),
        (
            make.packed({"mimetype": b"application/vnd.oasis.opendocument.formula", "content.xml": b""}),
            "a.odf",
            "Open",
        ),
        (b"%!PS-Adobe-3.0", "a.ps", "PostScript"),
        (bytes(range(256)) * 9, "thing", "does not know"),
    ],
)
async def test_what_cannot_be_read_yet_is_called_by_its_name(
    desk: Desk, data: bytes, name: str, called: str
) -> None:
    with pytest.raises(FileUnsupported, match=called):
        await desk.read(data, name)


@pytest.mark.parametrize("name", ["a.pdf", "a.txt", ""])
async def test_an_empty_file_is_refused(desk: Desk, name: str) -> None:
    with pytest.raises(FileEmpty):
        await desk.read(b"", name)


@pytest.mark.parametrize("name", ["../../etc/passwd", "a\x00b.txt", "-rf", "𝄞\u202e.txt", "x" * 5_000])
async def test_a_name_is_never_more_than_a_name(desk: Desk, name: str) -> None:
    assert (await desk.read(b"Hi.", name)).text == "Hi."
