"""A real file of every format that is read, as bytes, with what is to be read from it."""

# ruff: noqa: E501, ISC004 - samples are as long as they are

import base64
import bz2
import gzip
import io
import json
import lzma
import tarfile
from dataclasses import dataclass
from email.message import EmailMessage

from tests import make_files as make
from tests import make_pictures as pictures
from tests.adapters import extraction_binaries as binaries
from tests.adapters import extraction_legacy as legacy
from tests.adapters import extraction_packers as packers
from tests.adapters import extraction_stores as stores

_RELATIONS = "http://schemas.openxmlformats.org/package/2006/relationships"
_OFFICE = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
_DRAWING = "http://schemas.openxmlformats.org/drawingml/2006/main"
_SHEET = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
_SLIDE = "http://schemas.openxmlformats.org/presentationml/2006/main"
_OPEN = "urn:oasis:names:tc:opendocument:xmlns"
OPEN_NAMES = (
    f'xmlns:office="{_OPEN}:office:1.0" xmlns:text="{_OPEN}:text:1.0" xmlns:table="{_OPEN}:table:1.0" '
    f'xmlns:draw="{_OPEN}:drawing:1.0" xmlns:presentation="{_OPEN}:presentation:1.0" '
    f'xmlns:meta="{_OPEN}:meta:1.0" xmlns:style="{_OPEN}:style:1.0" '
    'xmlns:dc="http://purl.org/dc/elements/1.1/"'
)
_CORE = (
    "application/vnd.openxmlformats-package.core-properties+xml",
    '<p:coreProperties xmlns:p="p" xmlns:dc="http://purl.org/dc/elements/1.1/"><dc:title>Rivers of the North</dc:title>'
    "<dc:creator>Ada</dc:creator></p:coreProperties>",
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Sample:
    """A file, and what it is.

    Attributes:
        name: What it is called, with an ending that promises its format.
        says: Pieces of its text, in the order in which they are read.
    """

    name: str
    data: bytes
    content_type: str
    says: tuple[str, ...]


def tar(**files: bytes) -> bytes:
    """A tar archive."""
    written = io.BytesIO()
    with tarfile.open(fileobj=written, mode="w") as archive:
        for name, data in files.items():
            entry = tarfile.TarInfo(name)
            entry.size = len(data)
            archive.addfile(entry, io.BytesIO(data))
    return written.getvalue()


ELBE = {"rivers/elbe.txt": b"The Elbe."}
TAR = tar(**ELBE)


def related(*relations: tuple[str, str, str]) -> bytes:
    """A part that relates: triples of an id, the last word of a type, and a target."""
    written = "".join(
        f'<Relationship Id="{id}" Type="{_OFFICE}/{type}" Target="{target}"/>'
        for id, type, target in relations
    )
    return f'<Relationships xmlns="{_RELATIONS}">{written}</Relationships>'.encode()


def office(parts: dict[str, bytes | str], types: dict[str, str] | None = None) -> bytes:
    """An Office package; its parts declare the types given by name."""
    declared = {"docProps/core.xml": _CORE[0], **(types or {})}
    overrides = "".join(f'<Override PartName="/{name}" ContentType="{it}"/>' for name, it in declared.items())
    whole: dict[str, bytes | str] = {
        "[Content_Types].xml": f"<Types>{overrides}</Types>",
        "docProps/core.xml": _CORE[1],
        **parts,
    }
    return make.packed({name: it.encode() if isinstance(it, str) else it for name, it in whole.items()})


def xlsx(rows: str, *, more: str = "") -> bytes:
    """A workbook of one sheet with these rows, and more sheets that are empty."""
    styles = '<cellXfs><xf numFmtId="0"/><xf numFmtId="14"/><xf numFmtId="22"/></cellXfs>'
    return office(
        {
            "_rels/.rels": related(("r1", "officeDocument", "xl/workbook.xml")),
            "xl/workbook.xml": f'<workbook xmlns="{_SHEET}" xmlns:r="{_OFFICE}"><sheets>'
            f'<sheet name="Gauges" sheetId="1" r:id="r1"/>{more}</sheets></workbook>',
            "xl/_rels/workbook.xml.rels": related(
                ("r1", "worksheet", "worksheets/sheet1.xml"), ("r2", "worksheet", "worksheets/sheet2.xml")
            ),
            "xl/styles.xml": f'<styleSheet xmlns="{_SHEET}">{styles}</styleSheet>',
            "xl/worksheets/sheet1.xml": f'<worksheet xmlns="{_SHEET}"><sheetData>{rows}</sheetData></worksheet>',
            "xl/worksheets/sheet2.xml": f'<worksheet xmlns="{_SHEET}"><sheetData/></worksheet>',
        }
    )


def said(place: str, words: str) -> str:
    """A cell of a workbook that says *words*."""
    return f'<c r="{place}" t="inlineStr"><is><t>{words}</t></is></c>'


_ROWS = (
    f'<row r="1">{said("A1", "Place")}{said("B1", "Level")}{said("C1", "Since")}{said("D1", "Open")}</row>'
    f'<row r="3">{said("A3", "Bad&#10; Köln")}<c r="B3"><v>5.25</v></c><c r="C3" s="1"><v>45413</v></c>'
    '<c r="D3" t="b"><v>1</v></c></row>'
    f'<row r="4">{said("A4", "Ulm")}<c r="B4"><v>3</v></c><c r="C4" s="2"><v>45413.5</v></c></row>'
)
XLSX = xlsx(_ROWS, more='<sheet name="Empty" sheetId="2" r:id="r2"/>')


def shape(words: str, placeholder: str = "") -> str:
    """A shape on a slide with a paragraph for each line of *words*."""
    kind = f'<p:nvPr><p:ph type="{placeholder}"/></p:nvPr>' if placeholder else ""
    lines = "".join(f"<a:p><a:r><a:t>{line}</a:t></a:r></a:p>" for line in words.split("\n"))
    return f"<p:sp><p:nvSpPr>{kind}</p:nvSpPr><p:txBody>{lines}</p:txBody></p:sp>"


def _slide(root: str, shapes: str) -> str:
    return f'<p:{root} xmlns:p="{_SLIDE}" xmlns:a="{_DRAWING}"><p:cSld><p:spTree>{shapes}</p:spTree></p:cSld></p:{root}>'


def pptx(
    *slides: str, relations: dict[int, bytes] | None = None, parts: dict[str, str] | None = None
) -> bytes:
    """A presentation with these shapes on its slides, shown from the last file to the first."""
    ids = "".join(f'<p:sldId id="{256 + n}" r:id="s{n}"/>' for n in range(len(slides)))
    listed = [(f"s{n}", "slide", f"slides/slide{len(slides) - n}.xml") for n in range(len(slides))]
    return office(
        {
            "ppt/presentation.xml": f'<p:presentation xmlns:p="{_SLIDE}" xmlns:r="{_OFFICE}">'
            f"<p:sldIdLst>{ids}</p:sldIdLst></p:presentation>",
            "ppt/_rels/presentation.xml.rels": related(*listed),
            **{
                listed_as[2].join(("ppt/", "")): _slide("sld", it)
                for listed_as, it in zip(listed, slides, strict=True)
            },
            **{f"ppt/slides/_rels/slide{n}.xml.rels": it for n, it in (relations or {}).items()},
            **(parts or {}),
        }
    )


def _cells(*words: str) -> str:
    cells = "".join(
        f"<a:tc><a:txBody><a:p><a:r><a:t>{it}</a:t></a:r></a:p></a:txBody></a:tc>" for it in words
    )
    return f"<a:tr>{cells}</a:tr>"


_FRAME = (
    f"<p:graphicFrame><a:graphic><a:graphicData><a:tbl>{_cells('Place', 'Level')}{_cells('Köln', '5.25')}</a:tbl>"
    "</a:graphicData></a:graphic></p:graphicFrame>"
)
PPTX = pptx(
    shape("Rivers", "ctrTitle")
    + shape("Water runs\nand rests", "body")
    + shape("Institute", "ftr")
    + shape("1", "sldNum"),
    f"{shape('Gauges', 'title')}<p:grpSp>{shape('In a group')}</p:grpSp>{_FRAME}{shape('Institute', 'ftr')}",
    relations={2: related(("n1", "notesSlide", "../notesSlides/notesSlide1.xml"))},
    parts={
        "ppt/notesSlides/notesSlide1.xml": _slide(
            "notes", shape("Say it slowly.", "body") + shape("2", "sldNum")
        )
    },
)


def opened(kind: str, body: str, *, styles: str = "", sealed: bool = False) -> bytes:
    """An OpenDocument file with this body, of a kind such as `text`."""
    lock = "<manifest:encryption-data/>" if sealed else ""
    return make.packed(
        {
            "mimetype": f"application/vnd.oasis.opendocument.{kind}".encode(),
            "META-INF/manifest.xml": f"<manifest>{lock}</manifest>".encode(),
            "content.xml": f"<office:document-content {OPEN_NAMES}><office:body><office:{_BODIES[kind]}>{body}"
            f"</office:{_BODIES[kind]}></office:body></office:document-content>".encode(),
            "styles.xml": f"<office:document-styles {OPEN_NAMES}>{styles}</office:document-styles>".encode(),
            "meta.xml": f"<office:document-meta {OPEN_NAMES}><office:meta><dc:title>Rivers of the North</dc:title>"
            "<meta:initial-creator>Ada</meta:initial-creator></office:meta></office:document-meta>".encode(),
        }
    )


_BODIES = {
    "text": "text",
    "presentation": "presentation",
    "graphics": "drawing",
    "spreadsheet": "spreadsheet",
}
_TABLE = (
    '<table:table table:name="Gauges"><table:table-row><table:table-cell office:value-type="string"><text:p>Place</text:p></table:table-cell>'
    '<table:table-cell office:value-type="string"><text:p>Level</text:p></table:table-cell></table:table-row><table:table-row>'
    '<table:table-cell office:value-type="string"><text:p>Köln</text:p></table:table-cell><table:table-cell office:value-type="float" '
    'office:value="5.25"><text:p>5.25</text:p></table:table-cell></table:table-row></table:table>'
)
ODT = opened(
    "text",
    "<text:tracked-changes><text:p>Deleted.</text:p></text:tracked-changes>"
    '<text:h text:outline-level="1">Rivers</text:h><text:p>Water<text:s text:c="2"/>runs'
    '<text:note text:note-class="footnote"><text:note-citation>1</text:note-citation><text:note-body>'
    "<text:p>Mostly.</text:p></text:note-body></text:note> <text:span>downhill</text:span>.</text:p>"
    "<text:list><text:list-item><text:p>The Elbe</text:p></text:list-item></text:list>"
    f'<text:h text:outline-level="2">Gauges</text:h>{_TABLE}',
    styles="<office:master-styles><style:master-page><style:footer><text:p>Institute</text:p></style:footer>"
    "</style:master-page></office:master-styles>",
)
ODS = opened("spreadsheet", _TABLE)
ODP = opened(
    "presentation",
    '<draw:page draw:name="one"><draw:frame presentation:class="title"><draw:text-box><text:p>Rivers</text:p>'
    "</draw:text-box></draw:frame><draw:frame><draw:text-box><text:list><text:list-item><text:p>Water runs</text:p>"
    "</text:list-item></text:list></draw:text-box></draw:frame><presentation:notes><draw:frame><draw:text-box>"
    "<text:p>Say it slowly.</text:p></draw:text-box></draw:frame></presentation:notes></draw:page>"
    f"<draw:page><draw:frame>{_TABLE}</draw:frame></draw:page>",
)
ODG = opened(
    "graphics",
    "<draw:page><draw:custom-shape><text:p>Source</text:p></draw:custom-shape></draw:page><draw:page/>",
)


def epub(*, lock: str = "") -> bytes:
    """An e-book of two chapters, told in the reverse order of their names; *lock* hides a part in its way."""
    parts = {
        "mimetype": "application/epub+zip",
        "META-INF/container.xml": '<container><rootfiles><rootfile full-path="OPS/book.opf"/></rootfiles></container>',
        "OPS/book.opf": '<package xmlns:dc="http://purl.org/dc/elements/1.1/"><metadata><dc:title>Rivers of the North'
        "</dc:title><dc:creator>Ada</dc:creator><dc:language>en</dc:language></metadata><manifest>"
        '<item id="a" href="a.xhtml" media-type="application/xhtml+xml"/>'
        '<item id="b" href="b%20b.xhtml" media-type="application/xhtml+xml"/>'
        '<item id="c" href="cover.png" media-type="image/png"/></manifest>'
        '<spine><itemref idref="c"/><itemref idref="b"/><itemref idref="a"/></spine></package>',
        "OPS/a.xhtml": '<?xml version="1.0"?><html><head><title/></head><body><h1>Mouths</h1><p>The sea.</p></body></html>',
        "OPS/b b.xhtml": '<?xml version="1.0"?><html><body><h1>Sources</h1><p>Water <a id="x"/>runs.</p></body></html>',
    }
    if lock:
        parts["META-INF/encryption.xml"] = f'<encryption><EncryptionMethod Algorithm="{lock}"/></encryption>'
    return make.packed({name: it.encode() for name, it in parts.items()})


FB2 = """<?xml version="1.0" encoding="windows-1251"?>
<FictionBook xmlns="http://www.gribuser.ru/xml/fictionbook/2.0"><description><title-info><genre>nature</genre>
<author><first-name>Ада</first-name><last-name>Л.</last-name></author><book-title>Реки</book-title></title-info></description>
<body><section><title><p>Истоки</p></title><p>Вода <emphasis>течёт</emphasis>.</p><section><title><p>Ручьи</p></title>
<poem><stanza><v>Тихо</v><v>бежит</v></stanza></poem></section></section></body>
<body name="notes"><section><title><p>1</p></title><p>Почти всегда.</p></section></body></FictionBook>""".encode(
    "cp1251"
)

RTF = (
    rb"{\rtf1\ansi\ansicpg1252\deff0{\fonttbl{\f0 Times;}{\f1\fcharset204 Cyr;}}"
    rb"{\stylesheet{\s0 Normal;}{\s1 heading 1;}{\s2\outlinelevel1 Own;}}{\info{\title Rivers of the North}{\author Ada}}"
    rb"{\header Confidential\par}\pard\s1 Rivers\par\pard Water runs\'fc\u8364?ber{\footnote Mostly.} {\b down}hill.\line "
    rb"\f1 \'c4\'e0\par{\*\unknown hidden}{\pict 0011}\pard{\listtext 1.\tab}\ls1 The Elbe\par\pard\s2 Gauges\par"
    rb"\trowd\pard\intbl Place\cell Level\cell\row\trowd\intbl Hamburg\cell 5.25\cell\row\pard After \u-10179?\u-8694?.\par}"
)


def message(*, subject: str = "Rivers of the Nörth") -> bytes:
    """A mail message in two forms, with a file attached."""
    mail = EmailMessage()
    mail["From"], mail["To"], mail["Date"] = (
        "Ada <ada@example.org>",
        "Bo <bo@example.org>",
        "Wed, 01 May 2024 10:30:00 +0200",
    )
    mail["Subject"], mail["Message-ID"] = subject, "<1@example.org>"
    mail.set_content("Water runs über Stock.\n\nAnd rests.\n")
    mail.add_alternative("<p>Water runs in HTML.</p>", subtype="html")
    mail.add_attachment(b"Place,Level\n", maintype="text", subtype="csv", filename="levels.csv")
    return mail.as_bytes()


MBOX = (
    b"From ada@example.org Wed May  1 10:30:00 2024\nFrom: ada@example.org\nSubject: One\n\nWater runs.\n"
    b">From the hills.\n\nFrom bo@example.org Wed May  1 11:30:00 2024\nFrom: bo@example.org\nSubject: Two\n\nIt rests.\n"
)
MHTML = (
    "From: <Saved by Blink>\r\nSnapshot-Content-Location: https://example.org/\r\nSubject: Rivers\r\n"
    "Date: Wed, 01 May 2024 10:30:00 +0200\r\nMIME-Version: 1.0\r\n"
    'Content-Type: multipart/related; type="text/html"; boundary="----x"\r\n\r\n------x\r\n'
    "Content-Type: text/html\r\nContent-Transfer-Encoding: quoted-printable\r\n\r\n"
    "<html><head><title>R</title></head><body><h1>Rivers</h1><p>Water =C3=BCber.</p></body></html>\r\n------x\r\n"
    "Content-Type: image/png\r\nContent-Transfer-Encoding: base64\r\n\r\n"
    f"{base64.b64encode(make.PICTURE).decode()}\r\n------x--\r\n"
).encode()
NOTEBOOK = json.dumps(
    {
        "nbformat": 4,
        "metadata": {"language_info": {"name": "python"}, "title": "Rivers"},
        "cells": [
            {"cell_type": "markdown", "source": ["# Gauges\n", "Water *runs*."]},
            {
                "cell_type": "code",
                "source": "flow()\n",
                "outputs": [
                    {"output_type": "stream", "text": ["5.25\n"]},
                    {"data": {"text/html": "<table><tr><td>Köln<td>5.25</table>", "text/plain": "Köln"}},
                    {"output_type": "error", "ename": "Dry", "evalue": "no water"},
                    {"data": {"image/png": "iVBOR"}},
                ],
            },
            {"cell_type": "raw", "source": "As it is."},
        ],
    }
).encode()
XML = b"""<?xml version="1.0"?><report kind="yearly"><title>Rivers</title><gauge id="7"><place>K&#246;ln</place>
<level unit="m">5.25</level></gauge><section><title>Prose</title><para>Water <b>runs</b> downhill.</para></section></report>"""
SVG = (
    b'<svg xmlns="http://www.w3.org/2000/svg"><title>Rivers</title><desc>A map</desc><text x="1">The <tspan>Elbe</tspan></text>'
    b"<path d='M0'/></svg>"
)
OPML = (
    b'<?xml version="1.0"?><opml version="2.0"><head><title>Feeds</title></head><body><outline text="Water">'
    b'<outline text="Levels" xmlUrl="http://example.org/f"/></outline><outline text="Alone"/></body></opml>'
)
RST = b"""======
Rivers
======

:author: Ada

Water *runs* ``fast``, see :ref:`the sea <sea>` and `Elbe`_::

    flow()

      deeper

Gauges
------

- The Elbe
  near Ulm
- The Rhine

====== =====
Place  Level
====== =====
Ulm    5.25
====== =====

+-----+---+
| a   | b |
+=====+===+
| c   | d |
+-----+---+

.. code-block:: python
   :linenos:

   if x:
       y()

.. note:: Mind this.

.. [1] Mostly.

.. a comment

Mouths
------

End.
"""
LATEX = rb"""\documentclass{article} % a comment
\title{Rivers of the \emph{North}} \author{Ada}
\begin{document}
\maketitle
\section{Sources}\label{s}
Water runs \textbf{downhill}\footnote{Mostly.} in K\"oln, 5\,\% of $x^2$~m.

\begin{itemize}\item The Elbe \item[b] The Rhine\end{itemize}
\subsection*{Gauges}
\begin{tabular}{l|r}\hline Place & Level \\ Ulm & 5.25 \\ \hline\end{tabular}
\begin{verbatim}
if x: % stays
    y()
\end{verbatim}
After.
\end{document}
Never said.
"""
ASCIIDOC = b"""= Rivers
:author: Ada

Water *runs* `fast`, see https://example.org[the sea].footnote:[Mostly.]

== Gauges

* The Elbe
* The Rhine

|===
|Place |Level

|Ulm |5.25
|===

[source,python]
----
if x:
    y()
----

// a comment
=== Mouths
End.
"""
ORG = b"""#+TITLE: Rivers of the North
#+AUTHOR: Ada
* TODO Sources :tag:
Water *runs* to [[http://example.org][the sea]].
- The Elbe
  near Ulm
- [ ] The Rhine
** Gauges
| Place | Level |
|-------+-------|
| Ulm   |  5.25 |
#+BEGIN_SRC python
if x:
    y()
#+END_SRC
[fn:1] Mostly.
"""
SRT = b"1\r\n00:00:01,000 --> 00:00:02,500\r\n<i>Water</i> runs\r\ndownhill.\r\n\r\n2\r\n00:01:00,000 --> 00:01:02,000\r\n{\\an8}It rests.\r\n"
VTT = b"""WEBVTT - Rivers

NOTE by Ada

STYLE
::cue { color: red }

intro
00:01.000 --> 00:02.500 align:start
<v Ada>Water &amp; <b>silt</b>
run.

01:00:00.000 --> 01:00:02.000
It rests.
"""
ICS = b"""BEGIN:VCALENDAR\r\nVERSION:2.0\r\nX-WR-CALNAME:Gauges\r\nBEGIN:VEVENT\r\nDTSTART;TZID=Europe/Berlin:20240501T103000\r
DTEND:20240501T110000Z\r\nSUMMARY:Read the\r\n  gauge\r\nLOCATION:Ulm\\, bridge\r\nATTENDEE;CN="Bo, B.":mailto:bo@example.org\r
BEGIN:VALARM\r\nDESCRIPTION:Beep\r\nEND:VALARM\r\nDESCRIPTION:Bring\\nboots.\r\nEND:VEVENT\r\nEND:VCALENDAR\r\n"""
VCF = (
    b"BEGIN:VCARD\r\nVERSION:2.1\r\nN:Lovelace;Ada;;;\r\nFN;CHARSET=UTF-8;ENCODING=QUOTED-PRINTABLE:Ada =\r\nL=C3=B6ve\r\n"
    b"item1.EMAIL;TYPE=work:ada@example.org\r\nBDAY:18151210\r\nORG:Institute;Water\r\nEND:VCARD\r\n"
)
BIBTEX = rb"""@comment{nothing}
@string{pub = "Water Press"}
@book{ada24, title = {Rivers of the {N}orth}, author = "Ada L{\"o}ve and Bo", publisher = pub # { Ulm}, year = 2024 }
@article{bo23, title = "Silt", journal={J. Mud}}
"""

SAMPLES = {
    it.name: it
    for it in (
        Sample(
            name="a.pdf",
            data=make.pdf(["Water runs."]),
            content_type="application/pdf",
            says=("Water runs.",),
        ),
        Sample(
            name="a.doc",
            data=legacy.doc(),
            content_type="application/msword",
            says=("Rivers", "runs downhill", "Köln upper | 5.25", "Institute"),
        ),
        Sample(
            name="a.docx",
            data=make.word(),
            content_type=make.WORD_TYPE,
            says=("Rivers", "downhill.", "Hamburg"),
        ),
        Sample(
            name="a.xlsx",
            data=XLSX,
            content_type="application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
            says=("Gauges", "Köln", "2024-05-01", "Empty"),
        ),
        Sample(
            name="a.xlsb",
            data=binaries.xlsb(),
            content_type="application/vnd.ms-excel.sheet.binary.macroEnabled.12",
            says=("Gauges", "Köln | 5.25"),
        ),
        Sample(
            name="a.xls",
            data=binaries.xls(),
            content_type="application/vnd.ms-excel",
            says=("Gauges", "Place | Level | Since", "Köln | 5.25 | 2024-05-01"),
        ),
        Sample(
            name="a.ods",
            data=ODS,
            content_type="application/vnd.oasis.opendocument.spreadsheet",
            says=("Gauges", "Place | Level", "Köln | 5.25"),
        ),
        Sample(
            name="a.ppt",
            data=legacy.ppt(),
            content_type="application/vnd.ms-powerpoint",
            says=("Rivers", "Water runs", "Say it slowly.", "Köln | 5.25"),
        ),
        Sample(
            name="a.pptx",
            data=PPTX,
            content_type="application/vnd.openxmlformats-officedocument.presentationml.presentation",
            says=("Rivers", "Water runs", "Gauges"),
        ),
        Sample(
            name="a.odt",
            data=ODT,
            content_type="application/vnd.oasis.opendocument.text",
            says=("Rivers", "Köln | 5.25"),
        ),
        Sample(
            name="a.odp",
            data=ODP,
            content_type="application/vnd.oasis.opendocument.presentation",
            says=("Rivers", "Say it slowly.", "Köln | 5.25"),
        ),
        Sample(
            name="a.odg",
            data=ODG,
            content_type="application/vnd.oasis.opendocument.graphics",
            says=("Source",),
        ),
        Sample(
            name="a.epub",
            data=epub(),
            content_type="application/epub+zip",
            says=("Sources", "Mouths", "The sea."),
        ),
        Sample(
            name="a.msg",
            data=binaries.msg(),
            content_type="application/vnd.ms-outlook",
            says=("Rivers of", "downhill."),
        ),
        Sample(
            name="a.pst",
            data=stores.pst(),
            content_type="application/vnd.ms-outlook-pst",
            says=("Mud", "Köln", "Re: Rivers", "downhill.", "Silt"),
        ),
        Sample(
            name="a.html",
            data=b"<html><h1>Rivers</h1><p>Run.",
            content_type="text/html",
            says=("Rivers", "Run."),
        ),
        Sample(name="a.md", data=b"# Rivers\n\nRun.", content_type="text/markdown", says=("Rivers", "Run.")),
        Sample(name="a.txt", data=b"Rivers\n\nRun.", content_type="text/plain", says=("Rivers", "Run.")),
        Sample(
            name="a.csv",
            data=b'Place;Level\n"Ulm; upper";5,25\n',
            content_type="text/csv",
            says=("Place | Level", "Ulm; upper | 5,25"),
        ),
        Sample(
            name="a.tsv",
            data=b"Place\tLevel\nUlm\t5.25\n",
            content_type="text/tab-separated-values",
            says=("Place | Level", "Ulm | 5.25"),
        ),
        Sample(
            name="a.rtf",
            data=RTF,
            content_type="application/rtf",
            says=("Rivers", "The Elbe", "Hamburg | 5.25"),
        ),
        Sample(
            name="a.eml", data=message(), content_type="message/rfc822", says=("Nörth", "From: Ada", "Stock.")
        ),
        Sample(
            name="a.mbox", data=MBOX, content_type="application/mbox", says=("One", "From the hills.", "Two")
        ),
        Sample(name="a.mht", data=MHTML, content_type="multipart/related", says=("Rivers", "Water über.")),
        Sample(
            name="a.fb2",
            data=FB2,
            content_type="application/x-fictionbook+xml",
            says=("Истоки", "Вода течёт."),
        ),
        Sample(
            name="a.json",
            data=b'[{"place": "Ulm", "level": 5.25}, {"place": "K\\u00f6ln", "open": true}]',
            content_type="application/json",
            says=("place | level | open", "Ulm | 5.25", "Köln |  | true"),
        ),
        Sample(
            name="a.jsonl",
            data=b'{"place": "Ulm"}\n{"place": "Elbe", "level": 2}\n',
            content_type="application/jsonl",
            says=("place | level", "Ulm", "Elbe | 2"),
        ),
        Sample(
            name="a.ipynb",
            data=NOTEBOOK,
            content_type="application/x-ipynb+json",
            says=("Gauges", "flow()", "5.25"),
        ),
        Sample(
            name="a.xml",
            data=XML,
            content_type="application/xml",
            says=("Rivers", "place: Köln", "Water runs downhill."),
        ),
        Sample(name="a.svg", data=SVG, content_type="image/svg+xml", says=("Rivers", "A map", "The Elbe")),
        Sample(name="a.opml", data=OPML, content_type="text/x-opml", says=("Water", "Levels", "Alone")),
        Sample(
            name="a.yaml",
            data=b"rivers:\n  - Elbe\n\n  - Rhine\n\nlevel: 5\n",
            content_type="application/yaml",
            says=("rivers:", "  - Rhine", "level: 5"),
        ),
        Sample(
            name="a.toml",
            data=b'name = "x"\n[tool.flow]\nlevel = 5\n',
            content_type="application/toml",
            says=('name = "x"', "tool.flow", "level = 5"),
        ),
        Sample(
            name="a.ini", data=b"[gauge]\nlevel=5\n", content_type="text/x-ini", says=("gauge", "level=5")
        ),
        Sample(
            name="a.rst", data=RST, content_type="text/x-rst", says=("Rivers", "flow()", "Ulm | 5.25", "End.")
        ),
        Sample(
            name="a.tex",
            data=LATEX,
            content_type="application/x-tex",
            says=("Sources", "in Köln, 5", "Ulm | 5.25"),
        ),
        Sample(
            name="a.adoc",
            data=ASCIIDOC,
            content_type="text/asciidoc",
            says=("Rivers", "Ulm | 5.25", "if x:", "End."),
        ),
        Sample(
            name="a.org",
            data=ORG,
            content_type="text/org",
            says=("Sources", "The Elbe", "Ulm | 5.25", "Mostly."),
        ),
        Sample(
            name="a.srt",
            data=SRT,
            content_type="application/x-subrip",
            says=("00:00:01 Water runs downhill.", "rests."),
        ),
        Sample(
            name="a.png",
            data=pictures.picture("PNG", ("Water runs downhill.", "The Elbe and the Weser.")),
            content_type="image/png",
            says=("Water runs downhill.", "The Elbe and the Weser."),
        ),
        Sample(
            name="a.jpg",
            data=pictures.picture("JPEG", ("Water runs downhill.", "The Elbe and the Weser.")),
            content_type="image/jpeg",
            says=("Water runs downhill.", "The Elbe and the Weser."),
        ),
        Sample(
            name="a.gif",
            data=pictures.picture("GIF", ("Water runs downhill.", "The Elbe and the Weser.")),
            content_type="image/gif",
            says=("Water runs downhill.", "The Elbe and the Weser."),
        ),
        Sample(
            name="a.tif",
            data=pictures.picture("TIFF", ("Water runs downhill.", "The Elbe and the Weser.")),
            content_type="image/tiff",
            says=("Water runs downhill.", "The Elbe and the Weser."),
        ),
        Sample(
            name="a.bmp",
            data=pictures.picture("BMP", ("Water runs downhill.", "The Elbe and the Weser.")),
            content_type="image/bmp",
            says=("Water runs downhill.", "The Elbe and the Weser."),
        ),
        Sample(
            name="a.webp",
            data=pictures.picture("WEBP", ("Water runs downhill.", "The Elbe and the Weser.")),
            content_type="image/webp",
            says=("Water runs downhill.", "The Elbe and the Weser."),
        ),
        Sample(
            name="a.avif",
            data=pictures.picture("AVIF", ("Water runs downhill.", "The Elbe and the Weser.")),
            content_type="image/avif",
            says=("Water runs downhill.", "The Elbe and the Weser."),
        ),
        Sample(
            name="a.jp2",
            data=pictures.picture("JPEG2000", ("Water runs downhill.", "The Elbe and the Weser.")),
            content_type="image/jp2",
            says=("Water runs downhill.", "The Elbe and the Weser."),
        ),
        Sample(
            name="a.zst",
            data=packers.zstd(b"The Elbe."),
            content_type="application/zstd",
            says=("a",),
        ),
        Sample(
            name="a.7z",
            data=packers.seven_zip(ELBE),
            content_type="application/x-7z-compressed",
            says=("rivers/elbe.txt",),
        ),
        Sample(
            name="a.rar",
            data=packers.rar5(ELBE),
            content_type="application/vnd.rar",
            says=("rivers/elbe.txt",),
        ),
        Sample(
            name="a.cab",
            data=packers.cab(ELBE),
            content_type="application/vnd.ms-cab-compressed",
            says=("rivers/elbe.txt",),
        ),
        Sample(
            name="a.iso",
            data=packers.iso(ELBE),
            content_type="application/x-iso9660-image",
            says=("rivers/elbe.txt",),
        ),
        Sample(
            name="a.cpio",
            data=packers.cpio(ELBE),
            content_type="application/x-cpio",
            says=("rivers/elbe.txt",),
        ),
        Sample(
            name="a.ar",
            data=packers.ar({"elbe.txt": b"The Elbe."}),
            content_type="application/x-archive",
            says=("elbe.txt",),
        ),
        Sample(
            name="a.lzh",
            data=packers.lzh(ELBE),
            content_type="application/x-lzh-compressed",
            says=("rivers/elbe.txt",),
        ),
        Sample(
            name="a.zip",
            data=make.packed({"rivers/elbe.txt": b"The Elbe.", "oder.md": b"# The Oder"}),
            content_type="application/zip",
            says=("rivers/elbe.txt", "oder.md"),
        ),
        Sample(
            name="a.tar",
            data=TAR,
            content_type="application/x-tar",
            says=("rivers/elbe.txt",),
        ),
        Sample(
            name="a.tgz",
            data=gzip.compress(TAR),
            content_type="application/gzip",
            says=("rivers/elbe.txt",),
        ),
        Sample(
            name="a.tar.bz2",
            data=bz2.compress(TAR),
            content_type="application/x-bzip2",
            says=("rivers/elbe.txt",),
        ),
        Sample(
            name="a.tar.xz",
            data=lzma.compress(TAR),
            content_type="application/x-xz",
            says=("rivers/elbe.txt",),
        ),
        Sample(
            name="a.vtt",
            data=VTT,
            content_type="text/vtt",
            says=("00:01 Ada: Water & silt run.", "01:00:00 It rests."),
        ),
        Sample(
            name="a.ics",
            data=ICS,
            content_type="text/calendar",
            says=("Read the gauge", "2024-05-01T10:30:00"),
        ),
        Sample(
            name="a.vcf", data=VCF, content_type="text/vcard", says=("Ada Löve", "Email: ada@example.org")
        ),
        Sample(
            name="a.bib",
            data=BIBTEX,
            content_type="application/x-bibtex",
            says=("Rivers of the North", "Silt"),
        ),
        Sample(
            name="a.py",
            data=b"import x\n\n\ndef flow():\n    y()\n\n    z()\n",
            content_type="text/x-source",
            says=("import x", "def flow():\n    y()\n\n    z()"),
        ),
    )
}
"""The samples, each by its name: one for each format that is read."""
