"""Mail: messages, mailboxes of them, and saved web pages, which are mail as well.

A message is a heading, who wrote it to whom and when, what it says, and the names of what is attached.
Of several forms of the same words the plain one is read, unless it is empty. Each message of a mailbox is
a page.
"""

import re
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass, field
from email import message_from_bytes
from email.errors import MessageError
from email.header import decode_header, make_header
from email.message import Message
from email.utils import parsedate_to_datetime
from itertools import compress
from typing import Any

from aether.adapters.extraction import formats, html, plain
from aether.adapters.extraction.charsets import decode
from aether.adapters.extraction.formats import Source
from aether.adapters.extraction.members import Members
from aether.adapters.extraction.titles import titled
from aether.domain.texts import BlockKind, Draft, Extracted, FileBroken, FileEncrypted

VERSION = f"2 {html.LIBRARY}"

PARTS_MOST = 1_000
"""How many parts of a message are read."""

_FROM = re.compile(rb"(?:\A|\r?\n\r?\n)From [^\r\n]*\r?\n(?=>?[A-Za-z][A-Za-z0-9-]*:|>From )")
_QUOTED_FROM = re.compile(rb"^>(>*From )", re.MULTILINE)
_SHOWN = ("From", "To", "Cc", "Date")
_SEALED = {"application/pkcs7-mime", "application/x-pkcs7-mime", "multipart/encrypted"}


@dataclass(slots=True)
class _Parts:
    """What a message is made of: each text in its plainest form, and the names of the rest."""

    texts: list[tuple[str, str]] = field(default_factory=list)
    attached: list[str] = field(default_factory=list)
    files: list[tuple[str, Message]] = field(default_factory=list)
    enclosed: list[Message] = field(default_factory=list)
    seen: int = 0


def read(source: Source) -> Extracted:
    """The text of a message, a mailbox or a saved page; its metadata has what the first headers say.

    Raises:
        FileBroken: No message is in it.
        FileEncrypted: The message, the only one, is sealed for its recipient.
    """
    data = source.path.read_bytes()
    draft = Draft()
    if source.content_type == formats.MHTML.content_type:
        told = _page(draft, _parsed(data))
    elif source.content_type == formats.MBOX.content_type:
        told = _mailbox(draft, source, data)
    else:
        told = _message(draft, _parsed(data), 1, source.members)
    told |= source.members.told()
    title = told.pop("title", None)
    extracted = draft.finished(
        content_type=source.content_type,
        extractor="mail",
        version=VERSION,
        title=title,
        metadata=told,
    )
    return titled(extracted, title)


def _parsed(data: bytes) -> Message:
    try:
        return message_from_bytes(data)
    except (MessageError, ValueError, LookupError, TypeError) as error:
        raise FileBroken("The file is no mail message.") from error


def _mailbox(draft: Draft, source: Source, data: bytes) -> dict[str, Any]:
    """Add each message of a mailbox, a page for each."""
    found = list(_FROM.finditer(data))
    ends = [it.start() for it in found[1:]] + [len(data)]
    for number, (start, end) in enumerate(zip(found, ends, strict=True), 1):
        draft.turn()
        # The others are read, and the headers of what is sealed are told.
        with suppress(FileEncrypted, FileBroken, RecursionError):
            message = _parsed(_QUOTED_FROM.sub(rb"\1", data[start.end() : end]))
            _message(draft, message, 1, source.members, f"{number}/")
        source.on_page(number, len(found))
    if not found:
        raise FileBroken("The mailbox has no messages.")
    return {"page_count": len(found)}


def _message(
    draft: Draft, message: Message, level: int, members: Members, folder: str = ""
) -> dict[str, Any]:
    """Add a message, and give what its headers say; what is attached goes to *members*, into *folder*."""
    told = _told(message)
    draft.add(told.get("title", "(no subject)"), BlockKind.HEADING, level=level)
    lines = (f"{name}: {said}" for name in _SHOWN if (said := _header(message, name)))
    draft.add("\n".join(lines))
    if message.get_content_type() in _SEALED and not _signed(message):
        raise FileEncrypted("The message is sealed for its recipient.")
    parts = _Parts()
    _sort(message, parts)
    for type, said in parts.texts:
        if type == "text/html":
            html.fill(draft, said)
        else:
            plain.fill(draft, said)
    if parts.attached:
        told["attachments"] = parts.attached
        for name in parts.attached:
            draft.add(f"Attached: {name}", BlockKind.LIST_ITEM)
    for name, part in parts.files:
        data = part.get_payload(decode=True)
        if isinstance(data, bytes):
            members.attach(folder + name.replace("\\", "/").rpartition("/")[2], data)
    for enclosed in parts.enclosed:
        _message(draft, enclosed, level + 1, members, folder)
    return told


def _page(draft: Draft, message: Message) -> dict[str, Any]:
    """Add the page of a saved page, and give what it says of itself."""
    for part in _leaves(message):
        if part.get_content_type() in {"text/html", "application/xhtml+xml"}:
            page = html.fill(draft, _text(part))
            title = page.css_first("title")
            told = {"title": _header(message, "Subject") or (title.text() if title else "")}
            told |= {"created": _date(message), "address": _header(message, "Snapshot-Content-Location")}
            return {name: value for name, value in told.items() if value}
    raise FileBroken("The file holds no page.")


def _sort(message: Message, parts: _Parts) -> None:
    """Sort the parts of *message* by what they are."""
    parts.seen += 1
    if parts.seen > PARTS_MOST:
        return
    inside = message.get_payload()
    type = message.get_content_type()
    name = _filename(message)
    if type == "message/rfc822" and isinstance(inside, list):
        parts.enclosed += [it for it in inside if isinstance(it, Message)]
    elif type == "multipart/alternative" and isinstance(inside, list):
        forms = [it for it in inside if isinstance(it, Message)]
        _sort_best(forms, parts)
    elif isinstance(inside, list):
        for part in inside:
            if isinstance(part, Message):
                _sort(part, parts)
    elif type in {"text/plain", "text/html"} and message.get_content_disposition() != "attachment":
        parts.texts.append((type, _text(message)))
    elif name or type not in {"text/calendar", "application/pgp-signature"}:
        parts.attached.append(name or type)
        parts.files.append((name or f"{len(parts.attached)}.{type.rpartition('/')[2]}", message))


def _sort_best(forms: list[Message], parts: _Parts) -> None:
    """Of several forms of the same words keep the plainest that says something, and all that is attached."""
    sorted_forms = []
    for form in forms:
        inner = _Parts(seen=parts.seen)
        _sort(form, inner)
        parts.seen = inner.seen
        kept = [form.is_multipart() or "." in name for name in inner.attached]
        parts.attached += compress(inner.attached, kept)
        parts.files += compress(inner.files, kept)
        parts.enclosed += inner.enclosed
        sorted_forms.append(inner.texts)
    best = next(
        (it for it in sorted_forms if any(type == "text/plain" and said.strip() for type, said in it)), None
    )
    parts.texts += best or next((it for it in reversed(sorted_forms) if it), [])


def _leaves(message: Message) -> Iterator[Message]:
    """The parts of *message* that have no parts."""
    todo = [message]
    while todo:
        part = todo.pop()
        inside = part.get_payload()
        if isinstance(inside, list):
            todo += [it for it in reversed(inside) if isinstance(it, Message)]
        else:
            yield part


def _text(part: Message) -> str:
    """What a part says, in the charset that it names or, if there is no such, the one it looks to be in."""
    data = part.get_payload(decode=True)
    return decode(data, declared=part.get_content_charset())[0] if isinstance(data, bytes) else ""


def _told(message: Message) -> dict[str, Any]:
    told = {
        "title": _header(message, "Subject"),
        "author": _header(message, "From"),
        "to": _header(message, "To"),
        "created": _date(message),
        "message_id": _header(message, "Message-ID"),
    }
    return {name: value for name, value in told.items() if value}


def _header(message: Message, name: str) -> str:
    """What a header says, its words decoded; as it stands where that fails."""
    raw = next((str(value) for key, value in message.raw_items() if key.lower() == name.lower()), "")
    if not raw.isascii():
        # The parser keeps what is no ASCII in surrogates: they are the bytes of some charset.
        raw = decode(raw.encode("utf-8", "surrogateescape"))[0]
    return _decoded(raw)[:1000]


def _decoded(raw: str) -> str:
    try:
        said = str(make_header(decode_header(raw)))
    except (MessageError, LookupError, ValueError, TypeError):
        said = raw
    return " ".join(said.split())


def _date(message: Message) -> str:
    """When a message was sent, in ISO 8601; empty if it does not say."""
    try:
        return parsedate_to_datetime(_header(message, "Date")).isoformat()
    except (ValueError, TypeError, IndexError, OverflowError):
        return ""


def _filename(message: Message) -> str:
    try:
        name = message.get_filename()
    except (ValueError, LookupError, TypeError):
        return ""
    return _decoded(name)[:255] if name else ""


def _signed(message: Message) -> bool:
    """Whether a sealed message is only signed, with its words inside as a part of their own."""
    return str(message.get_param("smime-type", "")).lower() == "signed-data"
