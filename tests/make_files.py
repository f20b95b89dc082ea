"""Makers of files: real ones, damaged ones and hostile ones, as bytes."""

import io
import zipfile
from collections.abc import Mapping, Sequence
from typing import Any

import docx
import pikepdf
from reportlab.lib.pagesizes import A4
from reportlab.lib.styles import getSampleStyleSheet
from reportlab.pdfgen import canvas
from reportlab.platypus import Paragraph, SimpleDocTemplate

OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(504)
PROGRAM = b"\x7fELF\x02\x01\x01" + bytes(200)
PICTURE = b"\x89PNG\r\n\x1a\n" + bytes(200)
SEALED_DOCX = OLE + "EncryptedPackage".encode("utf-16-le") + bytes(512)

_W = 'xmlns:w="http://schemas.openxmlformats.org/wordprocessingml/2006/main"'
WORD_TYPE = "application/vnd.openxmlformats-officedocument.wordprocessingml.document"
_MAIN = f'<Override PartName="/word/document.xml" ContentType="{WORD_TYPE}.main+xml"/>'
TYPES = f"<Types>{_MAIN}</Types>".encode()


def pdf(*pages: Sequence[str], title: str | None = None, author: str | None = None) -> bytes:
    """A PDF with these lines on each page; a page without lines has no text layer."""
    written = io.BytesIO()
    drawing = canvas.Canvas(written, pagesize=A4)
    if title:
        drawing.setTitle(title)
    if author:
        drawing.setAuthor(author)
    for lines in pages:
        text = drawing.beginText(50, 780)
        text.setFont("Helvetica", 10)
        for line in lines:
            text.textLine(line)
        drawing.drawText(text)
        drawing.showPage()
    drawing.save()
    return written.getvalue()


def pdf_of_rare_letters(*lines: tuple[str, int]) -> bytes:
    """A PDF whose only font maps its codes to any letters: lines with their height on the page."""
    letters = sorted({letter for said, _ in lines for letter in said})
    codes = {letter: f"{code:02x}" for code, letter in enumerate(letters, 33)}
    maps = "".join(f"<{code}> <{letter.encode('utf-16-be').hex()}>" for letter, code in codes.items())
    ranges = "1 begincodespacerange <00> <ff> endcodespacerange"
    shown = "".join(
        f"BT /F1 10 Tf 50 {height} Td <{''.join(codes[letter] for letter in said)}> Tj ET "
        for said, height in lines
    )
    with pikepdf.open(io.BytesIO(pdf(["x"]))) as file:
        font = next(iter(file.pages[0].Resources.Font.values()))
        font.ToUnicode = file.make_stream(f"{ranges} {len(codes)} beginbfchar {maps} endbfchar".encode())
        file.pages[0].Contents = file.make_stream(shown.encode())
        return _saved(file)


def report(*flow: tuple[str, str]) -> bytes:
    """A PDF as a word processor sets it: pairs of a style (`Heading1`, `BodyText`) and words."""
    written = io.BytesIO()
    styles = getSampleStyleSheet()
    SimpleDocTemplate(written, pagesize=A4).build([Paragraph(said, styles[style]) for style, said in flow])
    return written.getvalue()


def long_pdf(pages: int) -> bytes:
    """A PDF of many full pages, small because they share what they show."""
    lines = [f"Line {n} tells of rivers, gauges, basins, silt and the flow of water." for n in range(50)]
    with pikepdf.open(io.BytesIO(pdf(lines))) as file:
        file.Root.Pages.Kids = pikepdf.Array([file.pages[0].obj] * pages)
        file.Root.Pages.Count = pages
        return _saved(file)


def encrypted_pdf(*lines: str, password: str) -> bytes:
    """A PDF that takes *password* to open; with an empty one, only its owner is restricted."""
    with pikepdf.open(io.BytesIO(pdf(lines))) as file:
        return _saved(file, encryption=pikepdf.Encryption(owner="owner", user=password))


def torn_pdf() -> bytes:
    """A PDF of 60 pages of which a copy broke off: PDFium refuses it, qpdf can rebuild it."""
    whole = pdf(*(["Water runs downhill.", f"This is page {n}."] for n in range(60)))
    return whole[: len(whole) * 6 // 10]


def _saved(file: pikepdf.Pdf, **options: Any) -> bytes:
    written = io.BytesIO()
    file.save(written, **options)
    return written.getvalue()


def word() -> bytes:
    """A Word document with something of everything."""
    document = docx.Document()
    document.core_properties.title = "Rivers of the North"
    document.core_properties.author = "Ada"
    document.add_heading("Rivers", 1)
    first = document.add_paragraph("Water runs ")
    noted = first.add_run("downhill.")
    document.add_paragraph("The Elbe", style="List Bullet")
    document.add_heading("Gauges", 2)
    table = document.add_table(rows=2, cols=2)
    for row, cells in zip(table.rows, (("Place", "Level"), ("Hamburg", "5.2")), strict=True):
        for cell, said in zip(row.cells, cells, strict=True):
            cell.text = said
    section = document.sections[0]
    section.header.paragraphs[0].text = "Confidential"
    section.footer.paragraphs[0].text = "Institute of Water"
    document.add_comment(noted, "Is that always so?", author="Bo")
    written = io.BytesIO()
    document.save(written)
    return written.getvalue()


def word_of(body: str, *, before: str = "", parts: Mapping[str, tuple[str, str]] | None = None) -> bytes:
    """A Word document with this XML as its body.

    Args:
        body: What stands between `<w:body>` and its end.
        before: What stands before the root, such as a DTD.
        parts: Further parts by name: the ending of their content type, and their XML.
    """
    types = _MAIN + "".join(
        f'<Override PartName="/{name}" ContentType="application/{type}"/>'
        for name, (type, _) in (parts or {}).items()
    )
    document = f"{before}<w:document {_W}><w:body>{body}</w:body></w:document>"
    return packed(
        {
            "[Content_Types].xml": f"<Types>{types}</Types>".encode(),
            "word/document.xml": document.encode(),
            **{name: xml.encode() for name, (_, xml) in (parts or {}).items()},
        }
    )


def notes(*said: str) -> str:
    """A part with footnotes."""
    note = '<w:footnote w:id="{}"><w:p><w:r><w:t>{}</w:t></w:r></w:p></w:footnote>'
    written = "".join(note.format(id, it) for id, it in enumerate(said))
    return f"<w:footnotes {_W}>{written}</w:footnotes>"


def packed(parts: Mapping[str, bytes]) -> bytes:
    """A zip file."""
    written = io.BytesIO()
    with zipfile.ZipFile(written, "w", zipfile.ZIP_DEFLATED) as file:
        for name, data in parts.items():
            file.writestr(name, data)
    return written.getvalue()


def zip_bomb(size: int) -> bytes:
    """A Word document whose body unpacks into *size* blanks."""
    return word_of(" " * size)


def laughing_word(entity: str) -> bytes:
    """A Word document that says *entity*: `l0` to `l9` unfold tenfold each, `file` is one of ours."""
    entities = "".join(f'<!ENTITY l{n} "{f"&l{n - 1};" * 10}">' for n in range(1, 10))
    dtd = f'<!DOCTYPE w [<!ENTITY l0 "ha">{entities}<!ENTITY file SYSTEM "file:///etc/passwd">]>'
    return word_of(f"<w:p><w:r><w:t>so: &{entity};</w:t></w:r></w:p>", before=dtd)
