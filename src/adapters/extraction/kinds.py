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
from aether.domain.blobs import FileEmpty
from aether.domain.texts import FileEncrypted, FileMislabelled, FileUnsupported

_HEAD = 65_536
_OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
_SEALED = "EncryptedPackage".encode("utf-16-le")
_PAGE = re.compile(
    r"\s*+(?:<\?xml[^>]*+>\s*+|<!--.*?-->\s*+)*+<(?:!doctype\s++html|html|head|body)\b",
    re.IGNORECASE | re.DOTALL,
)
_TAG = re.compile(r"<(?:[a-z][a-z0-9]*+|!doctype)[^<>]*+>", re.IGNORECASE)


def kind_of(path: Path, *, name: str, content_type: str | None) -> Format:
    """What the file at *path* is: always something that can be read.

    Raises:
        FileEmpty: It has no bytes.
        FileEncrypted: It is a document under a password.
        FileMislabelled: The name promises something else altogether.
        FileUnsupported: Nothing here reads it.
        FileBroken: It is a damaged package.
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
    known = next((format for magic, format in formats.MAGIC if head.startswith(magic)), None)
    if known and known.textual == textual:
        return known
    if textual:
        return _text(head, name=name, content_type=content_type)
    return formats.PDF if b"%PDF-" in head[:1024] else formats.UNKNOWN


def _stands_for(promised: Format, found: Format) -> bool:
    """Whether text has taken the place of a binary file. Old Office's names are given to any text."""
    return found.textual and not promised.textual and promised is not formats.LEGACY_OFFICE


def _package(path: Path) -> Format:
    with Package(path) as package:
        if package.main_part:
            return formats.DOCX
        families = (("xl/", formats.XLSX), ("ppt/", formats.PPTX), ("META-INF/container.xml", formats.EPUB))
        for start, format in families:
            if any(name.startswith(start) for name in package.names):
                return format
        return formats.ODF if {"mimetype", "content.xml"} <= package.names else formats.ZIP


def _compound(path: Path) -> Format:
    if _SEALED in path.read_bytes():
        raise FileEncrypted("The document is protected by a password.")
    return formats.LEGACY_OFFICE


def _text(head: bytes, *, name: str, content_type: str | None) -> Format:
    said, _ = decode(head, cut=True)
    promised = formats.promised_by(name)
    if _PAGE.match(said.lstrip("\ufeff")):
        return formats.HTML
    claims = {promised and promised.content_type, (content_type or "").partition(";")[0].strip().lower()}
    if formats.HTML.content_type in claims and _TAG.search(said):
        return formats.HTML
    if promised is formats.MARKDOWN or (promised is None and formats.MARKDOWN.content_type in claims):
        return formats.MARKDOWN
    return formats.PLAIN
