"""The files that are read: of ordinary shape and of known size, the same at each run."""

import io
import random
import zipfile
from email.message import EmailMessage
from pathlib import Path

from bench.files import WORDS
from tests import make_files

PAGES, LONG_PAGES, CHAPTERS, ROWS, COLUMNS = 200, 1_600, 150, 60_000, 10


def written(folder: Path) -> dict[str, Path]:
    """Write every file into *folder*; gives them back by what they are."""
    chance = random.Random(11)
    made = {
        f"PDF, {PAGES} pages": ("book.pdf", _pdf(chance, PAGES)),
        f"PDF, {LONG_PAGES} pages": ("library.pdf", _pdf(chance, LONG_PAGES)),
        f"DOCX, {CHAPTERS} chapters": ("chapters.docx", _docx(chance)),
        f"XLSX, {ROWS} rows": ("rows.xlsx", _xlsx(chance)),
        "HTML, 1.3 MB": ("page.html", _html(chance)),
        "CSV, 5,000 rows": ("rows.csv", _csv(chance)),
        "EML, two attachments": ("mail.eml", _eml(chance)),
        "text, 1 MB": ("plain.txt", _said(chance, 150_000).encode()),
    }
    paths = {}
    for name, (filename, content) in made.items():
        paths[name] = folder / filename
        paths[name].write_bytes(content)
    return paths


def _said(chance: random.Random, words: int) -> str:
    return " ".join(chance.choice(WORDS) for _ in range(words)).capitalize() + "."


def _pdf(chance: random.Random, pages: int) -> bytes:
    """Pages of some 2,700 characters each."""
    return make_files.pdf(
        *([f"Chapter {page}", *(_said(chance, 11) for _ in range(38))] for page in range(pages)),
        title="Rivers",
    )


def _docx(chance: random.Random) -> bytes:
    styled = '<w:p><w:pPr><w:pStyle w:val="Heading1"/></w:pPr><w:r><w:t>{}</w:t></w:r></w:p>'
    said = "<w:p><w:r><w:t>{}</w:t></w:r></w:p>"
    body = "".join(
        styled.format(f"Chapter {chapter}") + "".join(said.format(_said(chance, 70)) for _ in range(5))
        for chapter in range(CHAPTERS)
    )
    return make_files.word_of(body)


def _xlsx(chance: random.Random) -> bytes:
    """A sheet of numbers and words, the words shared as spreadsheets share them."""
    letters = "ABCDEFGHIJ"[:COLUMNS]
    rows = []
    for row in range(1, ROWS + 1):
        cells = "".join(
            f'<c r="{letter}{row}" t="s"><v>{chance.randrange(len(WORDS))}</v></c>'
            if place % 2
            else f'<c r="{letter}{row}"><v>{chance.randrange(10**6) / 100}</v></c>'
            for place, letter in enumerate(letters)
        )
        rows.append(f'<row r="{row}">{cells}</row>')
    main = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
    office = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
    packages = "http://schemas.openxmlformats.org/package/2006"
    types = "application/vnd.openxmlformats-officedocument.spreadsheetml"
    parts = {
        "[Content_Types].xml": f'<Types xmlns="{packages}/content-types">'
        '<Default Extension="rels" ContentType="application/vnd.openxmlformats-package.relationships+xml"/>'
        f'<Override PartName="/xl/workbook.xml" ContentType="{types}.sheet.main+xml"/>'
        f'<Override PartName="/xl/worksheets/sheet1.xml" ContentType="{types}.worksheet+xml"/>'
        f'<Override PartName="/xl/sharedStrings.xml" ContentType="{types}.sharedStrings+xml"/></Types>',
        "_rels/.rels": f'<Relationships xmlns="{packages}/relationships">'
        f'<Relationship Id="r1" Type="{office}/officeDocument" Target="xl/workbook.xml"/></Relationships>',
        "xl/workbook.xml": f'<workbook xmlns="{main}" xmlns:r="{office}"><sheets>'
        '<sheet name="Gauges" sheetId="1" r:id="r1"/></sheets></workbook>',
        "xl/_rels/workbook.xml.rels": f'<Relationships xmlns="{packages}/relationships">'
        f'<Relationship Id="r1" Type="{office}/worksheet" Target="worksheets/sheet1.xml"/>'
        f'<Relationship Id="r2" Type="{office}/sharedStrings" Target="sharedStrings.xml"/></Relationships>',
        "xl/sharedStrings.xml": f'<sst xmlns="{main}">'
        + "".join(f"<si><t>{word}</t></si>" for word in WORDS)
        + "</sst>",
        "xl/worksheets/sheet1.xml": f'<worksheet xmlns="{main}"><sheetData>'
        + "".join(rows)
        + "</sheetData></worksheet>",
    }
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as file:
        for name, content in parts.items():
            file.writestr(name, content)
    return packed.getvalue()


def _html(chance: random.Random) -> bytes:
    parts = "".join(f"<h2>Part {part}</h2><p>{_said(chance, 190)}</p>" for part in range(1_000))
    return f"<!doctype html><title>Rivers</title><body>{parts}</body>".encode()


def _csv(chance: random.Random) -> bytes:
    rows = (",".join(chance.choice(WORDS) for _ in range(8)) for _ in range(5_000))
    return "\n".join(("a,b,c,d,e,f,g,h", *rows)).encode()


def _eml(chance: random.Random) -> bytes:
    mail = EmailMessage()
    mail["Subject"], mail["From"], mail["To"] = "Gauges", "ada@example.org", "grace@example.org"
    mail.set_content(_said(chance, 400))
    for name in ("one.txt", "two.txt"):
        mail.add_attachment(_said(chance, 4_000), filename=name)
    return mail.as_bytes()
