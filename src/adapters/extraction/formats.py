"""The formats that are read: what each is called, and which module reads it.

A module is named, not imported, so that a child loads only the libraries its file needs. It has
`read(source: Source) -> Extracted`.
"""

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True, slots=True, kw_only=True)
class Format:
    """A format.

    Attributes:
        name: What people call it, with its article.
        suffixes: The endings of file names that promise it.
        module: The module of this package that reads it; none for what is only recognised.
        textual: Whether its bytes are text that a person could have typed.
    """

    name: str
    content_type: str
    suffixes: frozenset[str] = frozenset()
    module: str | None = None
    textual: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Source:
    """A file to be read.

    Attributes:
        content_type: What its bytes are.
        on_page: Called with the pages done and their number, as often as the reader likes.
    """

    path: Path
    content_type: str
    on_page: Callable[[int, int], None]


_OFFICE = "application/vnd.openxmlformats-officedocument"
_OPEN = "application/vnd.oasis.opendocument"

PDF = Format(name="a PDF", content_type="application/pdf", suffixes=frozenset({".pdf"}), module="pdf")
DOCX = Format(
    name="a Word document",
    content_type=f"{_OFFICE}.wordprocessingml.document",
    suffixes=frozenset({".docx", ".docm", ".dotx", ".dotm"}),
    module="docx",
)
HTML = Format(
    name="a web page",
    content_type="text/html",
    suffixes=frozenset({".html", ".htm", ".xhtml"}),
    module="html",
    textual=True,
)
MARKDOWN = Format(
    name="Markdown",
    content_type="text/markdown",
    suffixes=frozenset({".md", ".markdown", ".mdown", ".mkd"}),
    module="markdown",
    textual=True,
)
PLAIN = Format(
    name="plain text",
    content_type="text/plain",
    suffixes=frozenset({".txt", ".text", ".log", ".csv", ".tsv", ".json", ".xml", ".yaml", ".yml", ".rst"}),
    module="plain",
    textual=True,
)
RTF = Format(
    name="rich text (RTF)", content_type="application/rtf", suffixes=frozenset({".rtf"}), textual=True
)
POSTSCRIPT = Format(
    name="PostScript",
    content_type="application/postscript",
    suffixes=frozenset({".ps", ".eps"}),
    textual=True,
)
XLSX = Format(
    name="an Excel workbook",
    content_type=f"{_OFFICE}.spreadsheetml.sheet",
    suffixes=frozenset({".xlsx", ".xlsm"}),
)
PPTX = Format(
    name="a PowerPoint presentation",
    content_type=f"{_OFFICE}.presentationml.presentation",
    suffixes=frozenset({".pptx", ".pptm"}),
)
ODF = Format(
    name="an OpenDocument file",
    content_type=f"{_OPEN}.text",
    suffixes=frozenset({".odt", ".ods", ".odp"}),
)
EPUB = Format(name="an e-book", content_type="application/epub+zip", suffixes=frozenset({".epub"}))
ZIP = Format(name="a zip archive", content_type="application/zip", suffixes=frozenset({".zip"}))
LEGACY_OFFICE = Format(
    name="a document of an old Office",
    content_type="application/x-ole-storage",
    suffixes=frozenset({".doc", ".xls", ".ppt", ".msg"}),
)
IMAGE = Format(
    name="an image",
    content_type="image/*",
    suffixes=frozenset({".png", ".jpg", ".jpeg", ".gif", ".tif", ".tiff", ".webp", ".bmp"}),
)
ARCHIVE = Format(
    name="an archive",
    content_type="application/x-archive",
    suffixes=frozenset({".gz", ".7z", ".rar", ".xz", ".bz2", ".tar", ".zst"}),
)
PROGRAM = Format(
    name="a program", content_type="application/x-executable", suffixes=frozenset({".exe", ".dll", ".so"})
)
UNKNOWN = Format(name="a kind of file that Aether does not know", content_type="application/octet-stream")

FORMATS = (
    PDF, DOCX, HTML, MARKDOWN, PLAIN, RTF, POSTSCRIPT, XLSX, PPTX, ODF, EPUB, ZIP, LEGACY_OFFICE, IMAGE,
    ARCHIVE, PROGRAM,
)  # fmt: skip
"""Every format with a name."""

MAGIC = (
    (b"\x89PNG\r\n", IMAGE),
    (b"\xff\xd8\xff", IMAGE),
    (b"GIF8", IMAGE),
    (b"II*\x00", IMAGE),
    (b"MM\x00*", IMAGE),
    (b"\x1f\x8b", ARCHIVE),
    (b"7z\xbc\xaf\x27\x1c", ARCHIVE),
    (b"Rar!\x1a\x07", ARCHIVE),
    (b"\xfd7zXZ\x00", ARCHIVE),
    (b"BZh", ARCHIVE),
    (b"\x28\xb5\x2f\xfd", ARCHIVE),
    (b"\x7fELF", PROGRAM),
    (b"MZ", PROGRAM),
    (b"\xcf\xfa\xed\xfe", PROGRAM),
    (b"{\\rtf", RTF),
    (b"%!PS", POSTSCRIPT),
)
"""How the bytes of some formats begin."""


def promised_by(name: str) -> Format | None:
    """The format that the ending of a file's name promises."""
    suffix = Path(name).suffix.lower()
    return next((format for format in FORMATS if suffix in format.suffixes), None)
