"""Signs: how texts of some formats give themselves away, whatever they are named."""

import re

from aether.adapters.extraction import formats
from aether.adapters.extraction.formats import Format

_PAGE = re.compile(
    r"\s*+(?:<\?xml[^>]*+>\s*+|<!--.*?-->\s*+)*+<(?:!doctype\s++html|html|head|body)\b",
    re.IGNORECASE | re.DOTALL,
)
_PROLOGUE = re.compile(
    r"\s*+(?:<\?[^>]*+>\s*+|<!--.*?-->\s*+|<!DOCTYPE\b[^\[>]*+(?:\[[^\]]*+\]\s*+)?>\s*+)*+", re.DOTALL
)
_ROOT = re.compile(r"<(?:[A-Za-z_][\w.-]*+:)?([A-Za-z_][\w.-]*+)")
_ROOTS = {"svg": formats.SVG, "FictionBook": formats.FB2, "opml": formats.OPML, "html": formats.HTML}
_STARTS = (
    ("BEGIN:VCALENDAR", formats.ICS),
    ("BEGIN:VCARD", formats.VCF),
)
_CUES = re.compile(r"WEBVTT(?:[ \t\n]|$)")
_MAILBOX = re.compile(r"From \S+ .{0,40}\d\d:\d\d.*\n(?:>?[A-Za-z-]+:[ \t]|>From )")
_HEADER = re.compile(r"([A-Za-z][A-Za-z0-9-]*+):(.*(?:\n[ \t].*)*)(?:\n|\Z)")
_TELLING = {
    "from", "to", "subject", "date", "message-id", "mime-version", "received", "return-path", "delivered-to",
    "content-type", "reply-to", "sender",
}  # fmt: skip
_TELLING_LEAST = 3
_MAILS = (formats.EML, formats.MHTML, formats.MSG)
_MAYBE_MAIL = (None, formats.PLAIN, formats.MBOX, formats.HTML, *_MAILS)
"""What a name may promise of a mail message; settings and the like may look like its headers."""
_SAVED = re.compile(r"^\s*multipart/related\b", re.IGNORECASE)


def sign_of(said: str, promised: Format | None) -> Format | None:
    """The format that a text shows to be of by how it begins; none if it could be of any.

    Args:
        said: The beginning of the text, without a byte order mark.
        promised: The format that its name promises.
    """
    lined = said.replace("\r\n", "\n").replace("\r", "\n")
    if _PAGE.match(said):
        return formats.HTML
    for start, format in _STARTS:
        if said.lstrip()[: len(start)].upper() == start:
            return format
    if _CUES.match(lined):
        return formats.VTT
    if _MAILBOX.match(lined):
        return formats.MBOX
    return _message(lined, promised) or _markup(said)


def _message(said: str, promised: Format | None) -> Format | None:
    """Whether a text begins with the headers of a mail message, and that message is a saved page."""
    if promised not in _MAYBE_MAIL:
        return None
    headers: dict[str, str] = {}
    place = 0
    while found := _HEADER.match(said, place):
        headers[found[1].lower()] = found[2]
        place = found.end()
    telling = len(_TELLING & headers.keys())
    if telling < (1 if promised in _MAILS else _TELLING_LEAST):
        return None
    saved = promised is formats.MHTML or "snapshot-content-location" in headers
    return formats.MHTML if saved and _SAVED.match(headers.get("content-type", "")) else formats.EML


def _markup(said: str) -> Format | None:
    """The format of an XML file by its root; none where nothing says that it is XML."""
    prologue = _PROLOGUE.match(said)
    place = prologue.end() if prologue else 0
    if not (root := _ROOT.match(said, place)):
        return None
    if format := _ROOTS.get(root[1]):
        return format
    return formats.XML if said.lstrip().startswith("<?xml") else None
