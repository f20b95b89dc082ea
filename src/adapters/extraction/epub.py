"""E-books: the chapters in the order of their spine, each read as the web page that it is."""

import re
from posixpath import dirname
from urllib.parse import unquote

from lxml import etree

from aether.adapters.extraction import html, markup
from aether.adapters.extraction.charsets import decode
from aether.adapters.extraction.formats import Source
from aether.adapters.extraction.markup import attribute, below, child, name_of, words_of
from aether.adapters.extraction.packages import Package
from aether.domain.texts import Draft, Extracted, FileBroken, FileEncrypted

VERSION = f"2 {markup.LIBRARY} {html.LIBRARY}"

_READ = {"application/xhtml+xml", "text/html", "application/x-dtbook+xml", ""}
_SEALS = {"META-INF/rights.xml", "META-INF/sinf.xml"}
_SEALED = re.compile(rb'EncryptionMethod[^>]*Algorithm\s*=\s*["\']([^"\']*)["\']')
_FONTS = {b"http://www.idpf.org/2008/embedding", b"http://ns.adobe.com/pdf/enc#RC"}
"""What hides only the fonts of a book."""
_TOLD = {
    "title": "title",
    "creator": "author",
    "date": "created",
    "language": "language",
    "publisher": "publisher",
}


def read(source: Source) -> Extracted:
    """The text of an e-book.

    Raises:
        FileEncrypted: Its chapters are sealed for the readers of a shop.
        FileBroken: It lacks its table of parts, or a part of it.
    """
    draft = Draft()
    with Package(source.path) as package:
        _refuse_sealed(package)
        path = next(
            (
                attribute(it, "full-path")
                for it in below(markup.tree_in(package, "META-INF/container.xml"), "rootfile")
            ),
            "",
        )
        book = markup.tree_in(package, path)
        chapters = _chapters(book, dirname(path))
        for number, name in enumerate(chapters, 1):
            if name in package.names:
                html.fill(draft, decode(package.part(name))[0])
            source.on_page(number, len(chapters))
    told = _told(book)
    return draft.finished(
        content_type=source.content_type,
        extractor="epub",
        version=VERSION,
        title=told.pop("title", None),
        metadata={**told, "chapter_count": len(chapters)},
    )


def _refuse_sealed(package: Package) -> None:
    methods = set(_SEALED.findall(package.part("META-INF/encryption.xml")))
    if methods - _FONTS or (methods and _SEALS & package.names):
        raise FileEncrypted("The e-book is protected against reading.")


def _chapters(book: etree._Element, folder: str) -> list[str]:
    """The names of the chapters' parts, in the order of reading."""
    manifest = {
        attribute(it, "id"): markup.joined(folder, unquote(attribute(it, "href")))
        for it in below(book, "item")
        if attribute(it, "media-type") in _READ
    }
    spine = [manifest[id] for it in below(book, "itemref") if (id := attribute(it, "idref")) in manifest]
    if not spine:
        raise FileBroken("The e-book does not say in what order it is read.")
    return spine


def _told(book: etree._Element) -> dict[str, str]:
    """What the book says of itself."""
    told: dict[str, str] = {}
    metadata = child(book, "metadata")
    for element in () if metadata is None else metadata.iter():
        name = _TOLD.get(name_of(element))
        if name and (said := words_of(element)):
            told.setdefault(name, said[:1000])
    return told
