"""Settings: INI and TOML, a heading for each section, what it sets as code."""

import re

from aether.adapters.extraction.charsets import decode
from aether.adapters.extraction.code import fill
from aether.adapters.extraction.formats import Source
from aether.adapters.extraction.titles import titled
from aether.domain.texts import BlockKind, Draft, Extracted

VERSION = "1"

_SECTION = re.compile(r"^\[{1,2}([^\[\]\n]{1,200})\]{1,2}[^\S\n]*+(?:[#;][^\n]*)?$", re.MULTILINE)


def read(source: Source) -> Extracted:
    """The text of a file of settings; its metadata names the charset."""
    said, charset = decode(source.path.read_bytes())
    said = said.removeprefix("\ufeff").replace("\r\n", "\n").replace("\r", "\n")
    draft = Draft()
    place = 0
    for section in _SECTION.finditer(said):
        fill(draft, said[place : section.start()])
        draft.add(section[1].strip(), BlockKind.HEADING, level=min(section[1].count(".") + 1, 6))
        place = section.end()
    fill(draft, said[place:])
    extracted = draft.finished(
        content_type=source.content_type, extractor="settings", version=VERSION, metadata={"charset": charset}
    )
    return titled(extracted, None)
