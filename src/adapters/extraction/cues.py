"""Subtitles: what is said, a paragraph for each cue, with the time at which it begins in front."""

import re

from aether.adapters.extraction.charsets import decode
from aether.adapters.extraction.formats import Source
from aether.adapters.extraction.html import text_of
from aether.domain.texts import BlockKind, Draft, Extracted

VERSION = "1"

_TIME = re.compile(
    r"((?:\d{1,3}:)?\d{1,2}:\d{2})[.,]\d{1,3}[ \t]*-->[ \t]*(?:\d{1,3}:)?\d{1,2}:\d{2}[.,]\d{1,3}.*"
)
_GAP = re.compile(r"\n[^\S\n]*+\n\s*+")
_SPEAKER = re.compile(r"<v(?:\.[^ >]*)?[ \t]+([^>\n]{1,100})>")
_STYLED = re.compile(r"\{\\[^{}\n]{1,40}\}")
_SILENT = ("STYLE", "REGION", "WEBVTT")


def read(source: Source) -> Extracted:
    """The text of subtitles; its metadata has the charset and the number of cues."""
    said, charset = decode(source.path.read_bytes())
    said = said.removeprefix("\ufeff").replace("\r\n", "\n").replace("\r", "\n")
    draft = Draft()
    title, count = None, 0
    for part in _GAP.split(said.strip()):
        lines = part.split("\n")
        place = next((n for n, line in enumerate(lines[:2]) if _TIME.fullmatch(line.strip())), None)
        if place is not None:
            count += _add_cue(draft, lines[place], lines[place + 1 :])
        elif lines[0].startswith("WEBVTT"):
            title = lines[0].removeprefix("WEBVTT").strip(" \t-") or None
        elif lines[0].startswith("NOTE"):
            draft.add("\n".join(lines).removeprefix("NOTE"))
        elif not lines[0].startswith(_SILENT):
            draft.add(part)
    return draft.finished(
        content_type=source.content_type,
        extractor="cues",
        version=VERSION,
        title=title,
        metadata={"charset": charset, "cue_count": count},
    )


def _add_cue(draft: Draft, time: str, lines: list[str]) -> bool:
    """Add a cue, and tell whether it says anything."""
    said = _STYLED.sub("", _SPEAKER.sub(r"\1: ", "\n".join(lines)))
    words = " ".join((text_of(said) if "<" in said or "&" in said else said).split())
    if words and (found := _TIME.fullmatch(time.strip())):
        draft.add(f"{found[1]} {words}", BlockKind.PARAGRAPH)
    return bool(words)
