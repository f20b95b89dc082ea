"""The formats that are read: what each is called, and which module reads it.

A module is named, not imported, so that a child loads only the libraries its file needs. It has
`read(source: Source) -> Extracted`.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Protocol

from aether.adapters.extraction.languages import LANGUAGES
from aether.adapters.extraction.members import Members
from aether.adapters.extraction.stretches import Stretches


class OnPage(Protocol):
    """Told how far a reader is, as often as it likes."""

    def __call__(self, done: int, of: int, /, slow: int = 0) -> None:
        """So many pages are done, of so many, and so many of them took OCR."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Format:
    """A format.

    Attributes:
        name: What people call it, with its article.
        suffixes: The endings of file names that promise it; of files that have none, the whole names.
        module: The module of this package that reads it; none for what is only recognised.
        textual: Whether its bytes are text that a person could have typed.
        also: Other content types by which senders call it.
    """

    name: str
    content_type: str
    suffixes: frozenset[str] = frozenset()
    module: str | None = None
    textual: bool = False
    also: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True, kw_only=True)
class Source:
    """A file to be read.

    Attributes:
        content_type: What its bytes are.
        on_page: Called as often as the reader likes.
        name: What its sender calls it; empty if nothing.
        stretches: What makes it unnecessary to read every page.
        ocr: What reads pictures (`program`, `languages`); none if nothing does.
        members: Where files go that are within it.
    """

    path: Path
    content_type: str
    on_page: OnPage
    name: str = ""
    stretches: Stretches = field(default_factory=Stretches)
    ocr: Mapping[str, Any] | None = None
    members: Members = field(default_factory=Members)


def _binary(name: str, content_type: str, suffixes: str, module: str | None = None) -> Format:
    return Format(name=name, content_type=content_type, suffixes=frozenset(suffixes.split()), module=module)


def _textual(
    name: str, content_type: str, suffixes: str, module: str | None = None, also: str = ""
) -> Format:
    return Format(
        name=name,
        content_type=content_type,
        suffixes=frozenset(suffixes.split()),
        module=module,
        textual=True,
        also=frozenset(also.split()),
    )


_OFFICE = "application/vnd.openxmlformats-officedocument"
_OPEN = "application/vnd.oasis.opendocument"
_EXCEL = "application/vnd.ms-excel"

PDF = _binary("a PDF", "application/pdf", ".pdf", "pdf")
DOC = _binary("a document of an old Word", "application/msword", ".doc .dot", "word")
DOCX = _binary("a Word document", f"{_OFFICE}.wordprocessingml.document", ".docx .docm .dotx .dotm", "docx")
XLSX = _binary("an Excel workbook", f"{_OFFICE}.spreadsheetml.sheet", ".xlsx .xlsm .xltx .xltm", "sheets")
XLSB = _binary("a binary Excel workbook", f"{_EXCEL}.sheet.binary.macroEnabled.12", ".xlsb", "sheets")
XLS = _binary("a workbook of an old Excel", _EXCEL, ".xls .xlt", "sheets")
ODS = _binary("an OpenDocument spreadsheet", f"{_OPEN}.spreadsheet", ".ods .ots", "sheets")
PPT = _binary(
    "a presentation of an old PowerPoint", "application/vnd.ms-powerpoint", ".ppt .pps .pot", "powerpoint"
)
PPTX = _binary(
    "a PowerPoint presentation",
    f"{_OFFICE}.presentationml.presentation",
    ".pptx .pptm .ppsx .ppsm .potx .potm",
    "pptx",
)
ODT = _binary("an OpenDocument text", f"{_OPEN}.text", ".odt .ott", "opendocument")
ODP = _binary("an OpenDocument presentation", f"{_OPEN}.presentation", ".odp .otp", "opendocument")
ODG = _binary("an OpenDocument drawing", f"{_OPEN}.graphics", ".odg .otg", "opendocument")
EPUB = _binary("an e-book (EPUB)", "application/epub+zip", ".epub", "epub")
MSG = _binary("an Outlook message", "application/vnd.ms-outlook", ".msg", "outlook")
PST = _binary("an Outlook archive", "application/vnd.ms-outlook-pst", ".pst .ost", "store")
ZIP = _binary("a zip archive", "application/zip", ".zip .jar .war .apk .cbz", "archives")
TAR = _binary("a tar archive", "application/x-tar", ".tar", "archives")
GZIP = _binary("a gzip archive", "application/gzip", ".gz .tgz", "archives")
BZIP2 = _binary("a bzip2 archive", "application/x-bzip2", ".bz2 .tbz2 .tbz", "archives")
XZ = _binary("an xz archive", "application/x-xz", ".xz .txz", "archives")
ZSTD = _binary("a Zstandard archive", "application/zstd", ".zst .tzst", "libarchives")
SEVEN_ZIP = _binary("a 7z archive", "application/x-7z-compressed", ".7z", "libarchives")
RAR = _binary("a RAR archive", "application/vnd.rar", ".rar .cbr", "libarchives")
CAB = _binary("a cabinet", "application/vnd.ms-cab-compressed", ".cab", "libarchives")
ISO = _binary("an image of a disc (ISO 9660)", "application/x-iso9660-image", ".iso", "libarchives")
CPIO = _binary("a cpio archive", "application/x-cpio", ".cpio", "libarchives")
AR = _binary("an ar archive", "application/x-archive", ".ar .deb", "libarchives")
LZH = _binary("an LZH archive", "application/x-lzh-compressed", ".lzh .lha", "libarchives")
PNG = _binary("a PNG image", "image/png", ".png", "pictures")
JPEG = _binary("a JPEG image", "image/jpeg", ".jpg .jpeg .jpe .jfif", "pictures")
GIF = _binary("a GIF image", "image/gif", ".gif", "pictures")
TIFF = _binary("a TIFF image", "image/tiff", ".tif .tiff", "pictures")
BMP = _binary("a BMP image", "image/bmp", ".bmp .dib", "pictures")
WEBP = _binary("a WebP image", "image/webp", ".webp", "pictures")
AVIF = _binary("an AVIF image", "image/avif", ".avif .avifs", "pictures")
JPEG2000 = _binary("a JPEG 2000 image", "image/jp2", ".jp2 .j2k .jpf .jpx", "pictures")

HTML = _textual("a web page", "text/html", ".html .htm .xhtml", "html", "application/xhtml+xml")
MARKDOWN = _textual("Markdown", "text/markdown", ".md .markdown .mdown .mkd", "markdown", "text/x-markdown")
PLAIN = _textual("plain text", "text/plain", ".txt .text .log", "plain")
CSV = _textual("comma-separated values", "text/csv", ".csv", "delimited", "application/csv")
TSV = _textual("tab-separated values", "text/tab-separated-values", ".tsv .tab", "delimited")
RTF = _textual("rich text (RTF)", "application/rtf", ".rtf", "rtf", "text/rtf")
EML = _textual("a mail message", "message/rfc822", ".eml", "mail")
MBOX = _textual("a mailbox", "application/mbox", ".mbox .mbx", "mail")
MHTML = _textual(
    "a saved web page (MHTML)", "multipart/related", ".mht .mhtml", "mail", "application/x-mimearchive"
)
FB2 = _textual("a FictionBook", "application/x-fictionbook+xml", ".fb2", "fictionbook")
JSON = _textual("JSON", "application/json", ".json .geojson .jsonld .webmanifest", "json", "text/json")
JSON_LINES = _textual(
    "JSON Lines", "application/jsonl", ".jsonl .ndjson", "json", "application/x-ndjson application/jsonlines"
)
NOTEBOOK = _textual("a Jupyter notebook", "application/x-ipynb+json", ".ipynb", "jupyter")
XML = _textual(
    "XML",
    "application/xml",
    ".xml .xsd .xsl .xslt .rss .atom .rdf .wsdl .kml .gpx .plist .xlf .tmx .dita .tei .dbk",
    "xml",
    "text/xml",
)
SVG = _textual("an SVG drawing", "image/svg+xml", ".svg", "xml")
OPML = _textual("an outline (OPML)", "text/x-opml", ".opml", "xml", "application/xml+opml")
YAML = _textual("YAML", "application/yaml", ".yaml .yml", "code", "text/yaml application/x-yaml")
TOML = _textual("TOML", "application/toml", ".toml", "settings")
INI = _textual("settings (INI)", "text/x-ini", ".ini .cfg .conf .properties .editorconfig", "settings")
RST = _textual("reStructuredText", "text/x-rst", ".rst .rest", "rst", "text/prs.fallenstein.rst")
LATEX = _textual("LaTeX", "application/x-tex", ".tex .latex .ltx", "latex", "text/x-tex application/x-latex")
ASCIIDOC = _textual("AsciiDoc", "text/asciidoc", ".adoc .asciidoc .asc", "asciidoc")
ORG = _textual("Org", "text/org", ".org", "org", "text/x-org")
SRT = _textual("subtitles (SRT)", "application/x-subrip", ".srt", "cues", "text/srt")
VTT = _textual("subtitles (WebVTT)", "text/vtt", ".vtt", "cues")
ICS = _textual("a calendar", "text/calendar", ".ics .ifb", "cards")
VCF = _textual("contacts (vCard)", "text/vcard", ".vcf .vcard", "cards", "text/x-vcard")
BIBTEX = _textual("a bibliography (BibTeX)", "application/x-bibtex", ".bib", "bibtex", "text/x-bibtex")
SOURCE_CODE = _textual("source code", "text/x-source", " ".join(LANGUAGES), "code")

POSTSCRIPT = _textual("PostScript", "application/postscript", ".ps .eps")
ODF = _binary("an OpenDocument file", f"{_OPEN}.formula", ".odf .odc .odb .odm")
LEGACY_OFFICE = _binary("a document of an old Office", "application/x-ole-storage", ".wps .pub .vsd .mpp")
IMAGE = _binary("an image", "image/*", ".heic .heif .ico .psd .jxl")
ARCHIVE = _binary("an archive", "application/x-archive-other", ".arj .ace .sit .lz4 .z")
PROGRAM = _binary("a program", "application/x-executable", ".exe .dll .so")
UNKNOWN = Format(name="a kind of file that Aether does not know", content_type="application/octet-stream")

FORMATS = (
    PDF, DOC, DOCX, XLSX, XLSB, XLS, ODS, PPT, PPTX, ODT, ODP, ODG, EPUB, MSG, PST,
    ZIP, TAR, GZIP, BZIP2, XZ, ZSTD, SEVEN_ZIP, RAR, CAB, ISO, CPIO, AR, LZH,
    PNG, JPEG, GIF, TIFF, BMP, WEBP, AVIF, JPEG2000,
    HTML, MARKDOWN, PLAIN, CSV, TSV, RTF, EML, MBOX, MHTML, FB2, JSON, JSON_LINES, NOTEBOOK, XML, SVG, OPML,
    YAML, TOML, INI, RST, LATEX, ASCIIDOC, ORG, SRT, VTT, ICS, VCF, BIBTEX, SOURCE_CODE,
    POSTSCRIPT, ODF, LEGACY_OFFICE, IMAGE, ARCHIVE, PROGRAM,
)  # fmt: skip
"""Every format with a name."""

MAGIC = (
    (b"\x89PNG\r\n", PNG),
    (b"\xff\xd8\xff", JPEG),
    (b"GIF8", GIF),
    (b"!BDN", PST),
    (b"II*\x00", TIFF),
    (b"MM\x00*", TIFF),
    (b"BM", BMP),
    (b"\x00\x00\x00\x0cjP  ", JPEG2000),
    (b"\xff\x4f\xff\x51", JPEG2000),
    (b"\x1f\x8b", GZIP),
    (b"7z\xbc\xaf\x27\x1c", SEVEN_ZIP),
    (b"Rar!\x1a\x07", RAR),
    (b"MSCF\x00\x00\x00\x00", CAB),
    (b"07070", CPIO),
    (b"\xc7\x71", CPIO),
    (b"!<arch>\n", AR),
    (b"\xfd7zXZ\x00", XZ),
    (b"BZh", BZIP2),
    (b"\x28\xb5\x2f\xfd", ZSTD),
    (b"\x60\xea", ARCHIVE),
    (b"\x04\x22\x4d\x18", ARCHIVE),
    (b"\x1f\x9d", ARCHIVE),
    (b"\x7fELF", PROGRAM),
    (b"MZ", PROGRAM),
    (b"\xcf\xfa\xed\xfe", PROGRAM),
    (b"{\\rtf", RTF),
    (b"%!PS", POSTSCRIPT),
)
"""How the bytes of some formats begin."""

ARCHIVES = frozenset({ZIP, TAR, GZIP, BZIP2, XZ, ZSTD, SEVEN_ZIP, RAR, CAB, ISO, CPIO, AR, LZH})

_BY_SUFFIX = {suffix: format for format in FORMATS for suffix in format.suffixes}
_BY_CONTENT_TYPE = {type: format for format in FORMATS for type in (format.content_type, *format.also)}


def promised_by(name: str) -> Format | None:
    """The format that the ending of a file's name promises."""
    return _BY_SUFFIX.get(Path(name).suffix.lower() or Path(name).name.lower())


def called(content_type: str | None) -> Format | None:
    """The format that a sender means by a content type."""
    return _BY_CONTENT_TYPE.get((content_type or "").partition(";")[0].strip().lower())
