"""The headers of tus 1.0.0: read as the protocol has them, refused by name where they are not."""

import base64
import binascii
import re
from collections.abc import Mapping
from datetime import UTC, datetime
from email.utils import format_datetime

from starlette.datastructures import Headers

from aether.domain.documents import DocumentId
from aether.domain.errors import Invalid
from aether.domain.notebooks import NotebookId
from aether.domain.uploads import (
    METADATA_MOST,
    PARTS_MOST,
    Checksum,
    Draft,
    Upload,
    UploadId,
    UploadKind,
    UploadMissing,
)

VERSION = "1.0.0"
EXTENSIONS = (
    "creation,creation-with-upload,creation-defer-length,checksum,expiration,termination,concatenation"
)
CONTENT_TYPE = "application/offset+octet-stream"

RESUMABLE = "Tus-Resumable"
OFFSET = "Upload-Offset"
LENGTH = "Upload-Length"
DEFER = "Upload-Defer-Length"
METADATA = "Upload-Metadata"
CHECKSUM = "Upload-Checksum"
CONCAT = "Upload-Concat"
EXPIRES = "Upload-Expires"
OVERRIDE = "X-HTTP-Method-Override"
DOCUMENT = "Aether-Document"
JOB = "Aether-Job"

SENT = (RESUMABLE, OFFSET, LENGTH, DEFER, METADATA, CHECKSUM, CONCAT, OVERRIDE)
"""The headers that pages elsewhere may send."""
TOLD = (
    *(RESUMABLE, OFFSET, LENGTH, DEFER, METADATA, CONCAT, EXPIRES, DOCUMENT, JOB, "Location", "Retry-After"),
    *("Tus-Version", "Tus-Extension", "Tus-Max-Size", "Tus-Checksum-Algorithm"),
)
"""The headers that pages elsewhere may read."""

_NUMBER = re.compile(r"[0-9]{1,18}")
_KEY = re.compile(r"[^\s,\x00-\x1f\x7f-\U0010ffff]+")
_ADDRESS = re.compile(r"(?:[^\s;]*/)?(upload_[0-9a-z]{26})")


def number(headers: Headers, name: str) -> int | None:
    """The number in a header; none if it is not there.

    Raises:
        Invalid: It is no whole number from 0 on.
    """
    value = headers.get(name)
    if value is None:
        return None
    if not _NUMBER.fullmatch(value):
        raise Invalid(f"{name} must be a whole number from 0 on.", field=name)
    return int(value)


def needed(headers: Headers, name: str) -> int:
    """The same, where there must be one."""
    value = number(headers, name)
    if value is None:
        raise Invalid(f"Say {name}.", field=name)
    return value


def checksum(headers: Headers) -> Checksum | None:
    """What the bytes must give, if that is said."""
    value = headers.get(CHECKSUM)
    if value is None:
        return None
    algorithm, _, digest = value.strip().partition(" ")
    try:
        return Checksum.new(algorithm, base64.b64decode(digest, validate=True))
    except binascii.Error:
        raise Invalid(f"{CHECKSUM} must be an algorithm and a result in Base64.", field=CHECKSUM) from None


def draft(headers: Headers) -> Draft:
    """What somebody is about to upload.

    Raises:
        Invalid: A header is missing, or says nothing that can be.
    """
    kind, parts = _concat(headers)
    text = headers.get(METADATA, "")
    told = _metadata(text)
    notebook, target = told.get("notebook"), told.get("document")
    return Draft(
        notebook=NotebookId(notebook) if notebook else None,
        target=DocumentId(target) if target else None,
        filename=told.get("filename") or told.get("name"),
        declared_type=told.get("filetype") or told.get("type") or None,
        length=_length(headers, kind),
        kind=kind,
        parts=parts,
        metadata=text,
    )


def described(upload: Upload, offset: int) -> dict[str, str]:
    """The headers that tell what became of *upload* so far."""
    told = {OFFSET: str(offset)}
    if upload.document is not None:
        return told | {DOCUMENT: upload.document} | ({} if upload.job is None else {JOB: upload.job})
    return told | {EXPIRES: _date(upload.expires_at)}


def detailed(upload: Upload, offset: int, *, base: str) -> dict[str, str]:
    """The same, with what was said when it began; *base* is where uploads are."""
    told = described(upload, offset)
    told |= {DEFER: "1"} if upload.length is None else {LENGTH: str(upload.length)}
    if upload.metadata:
        told[METADATA] = upload.metadata
    if upload.kind is UploadKind.PARTIAL:
        told[CONCAT] = "partial"
    if upload.kind is UploadKind.FINAL:
        told[CONCAT] = "final;" + " ".join(f"{base}/{part}" for part in upload.parts)
    return told


def _length(headers: Headers, kind: UploadKind) -> int | None:
    """How many bytes will come; none if that is told later."""
    length, defer = number(headers, LENGTH), headers.get(DEFER)
    if kind is UploadKind.FINAL:
        if length is not None or defer is not None:
            raise Invalid(f"What is put together has the length of its parts: leave {LENGTH}.", field=LENGTH)
        return None
    if defer not in {None, "1"}:
        raise Invalid(f"{DEFER} must be 1.", field=DEFER)
    if (length is None) == (defer is None):
        raise Invalid(f"Say either {LENGTH} or {DEFER}.", field=LENGTH)
    return length


def _metadata(text: str) -> Mapping[str, str]:
    """What the pairs of a key and a value in Base64 say."""
    if len(text) > METADATA_MOST:
        raise Invalid(f"{METADATA} can have at most {METADATA_MOST:,} characters.", field=METADATA)
    told: dict[str, str] = {}
    for pair in filter(None, map(str.strip, text.split(","))):
        key, _, value = pair.partition(" ")
        if not _KEY.fullmatch(key) or key in told:
            raise Invalid(f"{METADATA} must name each key once, in ASCII.", field=METADATA)
        try:
            told[key] = base64.b64decode(value, validate=True).decode()
        except ValueError:
            message = f"The {key} in {METADATA} must be text in UTF-8, in Base64."
            raise Invalid(message, field=METADATA) from None
    return told


def _concat(headers: Headers) -> tuple[UploadKind, tuple[UploadId, ...]]:
    """What the upload is for, and the parts of which it is put together."""
    value = headers.get(CONCAT)
    if value is None:
        return UploadKind.WHOLE, ()
    if value == "partial":
        return UploadKind.PARTIAL, ()
    kind, _, rest = value.partition(";")
    addresses = rest.split()
    if kind != "final" or not 1 <= len(addresses) <= PARTS_MOST:
        raise Invalid(f"{CONCAT} must be `partial`, or `final;` and 1 to {PARTS_MOST} parts.", field=CONCAT)
    return UploadKind.FINAL, tuple(map(_part, addresses))


def _part(address: str) -> UploadId:
    found = _ADDRESS.fullmatch(address)
    if found is None:
        raise UploadMissing(address[:100])
    return UploadId(found[1])


def _date(instant: datetime) -> str:
    return format_datetime(instant.astimezone(UTC).replace(microsecond=0), usegmt=True)
