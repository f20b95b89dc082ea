"""Kinds: what a file is, told by its bytes.

The bytes win: a PDF named `notes.txt` is read as a PDF, and the result says so. The name
decides only between kinds of text, which share their bytes. It is believed against the bytes
in one case: a name that promises a PDF, a Word document or another binary format over bytes
that are mere text or nothing known. That is a failed download or a damaged file, and to
index the error page inside would mislead.
"""

import re
from pathlib import Path

from aether.adapters.extraction import formats
from aether.adapters.extraction.charsets import decode, looks_textual
from aether.adapters.extraction.formats import Format
from aether.adapters.extraction.packages import Package
from aether.adapters.extraction.signs import sign_of
from aether.domain.blobs import FileEmpty
from aether.domain.texts import FileEncrypted, FileMislabelled, FileUnsupported

_HEAD = 65_536
_OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
_SEALED = "EncryptedPackage".encode("utf-16-le")
_TAG = re.compile(r"<(?:[a-z][a-z0-9]*+|!doctype)[^<>]*+>", re.IGNORECASE)
_UNREAD = {b"heic", b"heix", b"hevc", b"heim", b"heis", b"mif1", b"msf1"}
"""What pictures call themselves that are packed by HEVC, which nothing here unpacks."""
_UNMISTAKABLE = (formats.RTF, formats.AR, formats.ZSTD)
"""Formats whose mark no text bears, though the rest may look like text."""
_LZH = re.compile(rb"..-l[hz][\dds]-", re.DOTALL)
_ISO_MARK = slice(0x8001, 0x8006)
_FAMILIES = (
    ("xl/workbook.bin", formats.XLSB),
    ("xl/", formats.XLSX),
    ("ppt/", formats.PPTX),
    ("META-INF/container.xml", formats.EPUB),
)
_WORKBOOK = "spreadsheetml.sheet.main+xml"
_OPEN = {format.content_type: format for format in (formats.ODT, formats.ODS, formats.ODP, formats.ODG)}
_STREAMS = (
    ("__properties_version1.0", formats.MSG),
    ("WordDocument", formats.DOC),
    ("PowerPoint Document", formats.PPT),
    ("Workbook", formats.XLS),
    ("Book", formats.XLS),
)
_LOOSE = (formats.DOC, formats.XLS, formats.MSG)
"""Formats whose names are given to any text."""
_OPENINGS = {
    formats.NOTEBOOK: "{",
    formats.XML: "<",
    formats.SVG: "<",
    formats.OPML: "<",
    formats.FB2: "<",
    formats.RTF: "{\\rtf",
}
"""What the text of some formats begins with; without it the name is wrong."""
_SIGNED = (formats.RTF, formats.EML, formats.MBOX, formats.MHTML, formats.POSTSCRIPT)
"""Formats that nothing is that lacks their signs."""


def kind_of(path: Path, *, name: str, content_type: str | None) -> Format:
    """What the file at *path* is: always something that can be read.

    Raises:
        FileEmpty: It has no bytes.
        FileEncrypted: It is a document under a password.
        FileMislabelled: The name promises something else altogether.
        FileUnsupported: Nothing here reads it.
        FileBroken: It is a damaged package or compound file.
        FileTooComplex: It is a package that unpacks without bounds.
    """
    found = _found(path, name=name, content_type=content_type)
    promised = formats.promised_by(name)
    if promised and promised is not found and (found.module is None or _stands_for(promised, found)):
        raise FileMislabelled(f"The file is named like {promised.name}, but is {found.name}.")
    if found.module is None:
        raise FileUnsupported(f"The file is {found.name}, which Aether cannot read yet.")
    return found


def _found(path: Path, *, name: str, content_type: str | None) -> Format:
    with path.open("rb") as file:
        head = file.read(_HEAD)
    if not head:
        raise FileEmpty
    if head.removeprefix(b"\xef\xbb\xbf").lstrip().startswith(b"%PDF-"):
        return formats.PDF
    if head.startswith((b"PK\x03\x04", b"PK\x05\x06")):
        return _package(path)
    if head.startswith(_OLE):
        return _compound(path)
    textual = looks_textual(head)
    known = _marked(head)
    if known and (known.textual == textual or known in _UNMISTAKABLE):
        return known
    if textual:
        return _text(head, name=name, content_type=content_type)
    return formats.PDF if b"%PDF-" in head[:1024] else formats.UNKNOWN


def _marked(head: bytes) -> Format | None:
    """The format whose mark *head* bears."""
    if head.startswith(b"RIFF") and head[8:12] == b"WEBP":
        return formats.WEBP
    if head[4:8] == b"ftyp":
        return _film(head)
    if head[257:262] == b"ustar":
        return formats.TAR
    if _LZH.match(head):
        return formats.LZH
    if head[_ISO_MARK] == b"CD001":
        return formats.ISO
    return next((format for magic, format in formats.MAGIC if head.startswith(magic)), None)


def _film(head: bytes) -> Format | None:
    """Which kind of picture a file is that is built like a film; none for a film."""
    names = head[8 : min(int.from_bytes(head[:4], "big"), 256)]
    brands = {names[place : place + 4] for place in range(0, len(names), 4)}
    if brands & {b"avif", b"avis"}:
        return formats.AVIF
    return formats.IMAGE if brands & _UNREAD else None


def _stands_for(promised: Format, found: Format) -> bool:
    """Whether text has taken the place of a binary file, or a mere archive that of a document."""
    if found in formats.ARCHIVES:
        return promised.module is not None and not promised.textual and promised not in formats.ARCHIVES
    return found.textual and not promised.textual and promised not in _LOOSE


def _package(path: Path) -> Format:
    with Package(path, checked=False) as package:
        format = _packaged(package)
        if format is not formats.ZIP:
            package.check()
        return format


def _packaged(package: Package) -> Format:
    """What the parts of a package make of it."""
    if package.main_part:
        return formats.DOCX
    names = [name.replace("\\", "/") for name in package.names]  # As some programs part them.
    for start, format in _FAMILIES:
        if any(name.startswith(start) for name in names):
            return format
    if any(type.endswith(_WORKBOOK) for type in package.types.values()):
        return formats.XLSX
    if "content.xml" not in package.names:
        return formats.ZIP
    if b"encryption-data" in package.part("META-INF/manifest.xml"):
        raise FileEncrypted("The document is protected by a password.")
    return _OPEN.get(package.mimetype.removesuffix("-template"), formats.ODF)


def _compound(path: Path) -> Format:
    """What the streams of a compound file make of it."""
    from aether.adapters.extraction.compounds import Compound

    if _SEALED in path.read_bytes():
        raise FileEncrypted("The document is protected by a password.")
    with Compound(path) as compound:
        return next((format for name, format in _STREAMS if compound.has(name)), formats.LEGACY_OFFICE)


def _text(head: bytes, *, name: str, content_type: str | None) -> Format:
    said = decode(head, cut=True)[0].lstrip("\ufeff")
    promised = formats.promised_by(name)
    if promised is formats.SOURCE_CODE:
        return promised
    if sign := sign_of(said, promised):
        return sign
    meant = formats.called(content_type)
    if formats.HTML in {promised, meant} and _TAG.search(said):
        return formats.HTML
    if promised is formats.XLS and "\t" in said.partition("\n")[0]:
        return formats.TSV
    claimed = promised if promised and promised.textual else None if promised else meant
    if claimed is None or not claimed.textual or claimed is formats.HTML or claimed in _SIGNED:
        return formats.PLAIN
    return claimed if said.lstrip().startswith(_OPENINGS.get(claimed, "")) else formats.PLAIN
