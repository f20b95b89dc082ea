"""Plain text: paragraphs are what blank lines part."""

import re

import charset_normalizer

from aether.adapters.extraction.charsets import decode
from aether.adapters.extraction.formats import Source
from aether.domain.texts import Draft, Extracted

VERSION = f"1 charset-normalizer {charset_normalizer.__version__}"

_GAP = re.compile(r"\n[^\S\n]*+\n\s*+|\f")


def read(source: Source) -> Extracted:
    """The text of a file of plain text; its metadata names the charset."""
    said, charset = decode(source.path.read_bytes())
    draft = Draft()
    fill(draft, said)
    return draft.finished(
        content_type=source.content_type, extractor="plain", version=VERSION, metadata={"charset": charset}
    )


def fill(draft: Draft, said: str) -> None:
    """Add the paragraphs of *said* to *draft*."""
    for paragraph in _GAP.split(said.replace("\r\n", "\n").replace("\r", "\n")):
        draft.add(paragraph)
