"""Code: what is written for machines, as it stands, in pieces parted where a new one begins at the margin."""

import re

from aether.adapters.extraction.charsets import decode
from aether.adapters.extraction.formats import Source
from aether.adapters.extraction.languages import language_of
from aether.domain.texts import BlockKind, Draft, Extracted

VERSION = "1"

_GAP = re.compile(r"\n(?:[^\S\n]*+\n)++(?=[^\s)\]}])")


def read(source: Source) -> Extracted:
    """The text of a file of code; its metadata names the charset and the programming language."""
    said, charset = decode(source.path.read_bytes())
    draft = Draft()
    fill(draft, said)
    told = {"charset": charset}
    if language := language_of(source.name):
        told["programming_language"] = language
    return draft.finished(content_type=source.content_type, extractor="code", version=VERSION, metadata=told)


def fill(draft: Draft, said: str) -> None:
    """Add the pieces of *said* to *draft*."""
    for piece in _GAP.split(said.removeprefix("\ufeff").replace("\r\n", "\n").replace("\r", "\n")):
        draft.add(piece, BlockKind.CODE)
