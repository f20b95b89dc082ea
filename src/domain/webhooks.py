"""Webhooks: messages between programs, signed as Standard Webhooks 1.0 has it.

A message has an id, which stays the same however often it is sent, the second in which it was
sent, and a body. The signature is the HMAC-SHA256 of `id.timestamp.body`. While a secret is
replaced a message carries a signature by each, and the receiver takes either.
"""

import base64
import binascii
import hashlib
import hmac
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from aether.domain.errors import Invalid, Unauthenticated

SECRET_PREFIX = "whsec_"  # noqa: S105 - it marks secrets, and is none
KEY_LEAST = 24
KEY_MOST = 64
"""The size of a secret's key, in bytes."""
TOLERANCE = timedelta(minutes=5)
"""How far the clocks of the two sides may differ, the message's way included."""

ID, TIMESTAMP, SIGNATURE = "webhook-id", "webhook-timestamp", "webhook-signature"
"""The headers of a message, in lower case."""

_SCHEME = "v1"
_ID_MOST = 256
_SIGNATURES_MOST = 20
_DIGITS_MOST = 12


class SecretInvalid(Invalid):
    """A secret is `whsec_` and from 24 to 64 bytes in base 64."""

    code = "WEBHOOK_SECRET_INVALID"

    def __init__(self) -> None:
        super().__init__(
            f"A webhook's secret is {SECRET_PREFIX} and from {KEY_LEAST} to {KEY_MOST} bytes in base 64.",
            field="secret",
        )


class MessageUnsigned(Unauthenticated):
    """The message is not from whom it should be, or is too old: which of these is nobody's business."""

    code = "WEBHOOK_SIGNATURE_INVALID"

    def __init__(self) -> None:
        super().__init__("The message is not signed as it should be, or was not sent just now.")


@dataclass(frozen=True, slots=True, kw_only=True)
class Message:
    """A message as it goes over the wire.

    Attributes:
        id: Told once, however often the message is sent; holds no full stop.
        sent_at: When it was sent this time; only its whole seconds are told.
        body: The bytes that are signed and sent.
    """

    id: str
    sent_at: datetime
    body: bytes

    def headers(self, secrets: Iterable[str]) -> dict[str, str]:
        """The headers that go with the body, signed with each of *secrets*.

        Raises:
            SecretInvalid: One of them is none.
        """
        return {
            ID: self.id,
            TIMESTAMP: str(_seconds(self.sent_at)),
            SIGNATURE: " ".join(f"{_SCHEME},{self._signature(secret)}" for secret in secrets),
        }

    def _signature(self, secret: str) -> str:
        told = b".".join((self.id.encode(), str(_seconds(self.sent_at)).encode(), self.body))
        return base64.b64encode(hmac.digest(key_of(secret), told, hashlib.sha256)).decode()


def secret_of(key: bytes) -> str:
    """The secret whose key is *key*."""
    return SECRET_PREFIX + base64.b64encode(key).decode()


def key_of(secret: str) -> bytes:
    """The key with which *secret* signs.

    Raises:
        SecretInvalid: It is no secret.
    """
    try:
        key = base64.b64decode(secret.removeprefix(SECRET_PREFIX), validate=True)
    except (binascii.Error, ValueError):
        raise SecretInvalid from None
    if not KEY_LEAST <= len(key) <= KEY_MOST:
        raise SecretInvalid
    return key


def received(headers: Mapping[str, str], body: bytes, *, secrets: Iterable[str], now: datetime) -> Message:
    """The message that came with *headers*, whose names are in lower case.

    Raises:
        MessageUnsigned: None of *secrets* signed it, or its time is more than `TOLERANCE` from *now*.
    """
    id, timestamp = headers.get(ID, ""), headers.get(TIMESTAMP, "")
    digits = timestamp.isascii() and timestamp.isdecimal() and len(timestamp) <= _DIGITS_MOST
    # A full stop parts what is signed, so an id that holds one could hide a part of the body.
    if not 0 < len(id) <= _ID_MOST or "." in id or not digits or str(int(timestamp)) != timestamp:
        raise MessageUnsigned
    if abs(int(timestamp) - now.timestamp()) > TOLERANCE.total_seconds():
        raise MessageUnsigned
    message = Message(id=id, sent_at=datetime.fromtimestamp(int(timestamp), UTC), body=body)
    given = headers.get(SIGNATURE, "").split(" ", _SIGNATURES_MOST)[:_SIGNATURES_MOST]
    shown = [text.encode() for scheme, _, text in (it.partition(",") for it in given) if scheme == _SCHEME]
    for secret in secrets:
        right = message._signature(secret).encode()  # noqa: SLF001 - this module's own
        if any([hmac.compare_digest(right, one) for one in shown]):  # noqa: C419 - each is looked at
            return message
    raise MessageUnsigned


def _seconds(at: datetime) -> int:
    return int(at.timestamp())
