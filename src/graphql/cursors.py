"""Cursors: signed places in a list, good for that list and that viewer only."""

import base64
import hashlib
import hmac
import json

import orjson

from aether.domain.errors import Invalid
from aether.domain.pages import Place

TAG = 16
"""The length of a signature, in bytes."""


class CursorInvalid(Invalid):
    """The cursor was not given out for this list, or was altered."""

    code = "CURSOR_INVALID"

    def __init__(self) -> None:
        super().__init__("This cursor belongs to another list; begin without one.", field="after")


class Cursors:
    """Signs places and reads them back."""

    def __init__(self, key: bytes) -> None:
        self._key = key

    def of(self, place: Place, *, listing: str) -> str:
        """The cursor for *place* in the list that *listing* describes, viewer included."""
        body = json.dumps([place.key, place.id], separators=(",", ":")).encode()
        return _text(self._tag(body, listing) + body)

    def read(self, cursor: str, *, listing: str) -> Place:
        """The place that *cursor* stands for.

        Raises:
            CursorInvalid: It was not given out for this list.
        """
        signed = _signed(cursor)
        tag, body = signed[:TAG], signed[TAG:]
        if _text(signed) != cursor or not hmac.compare_digest(tag, self._tag(body, listing)):
            raise CursorInvalid
        key, id = json.loads(body)
        return Place(key=key, id=id)

    @staticmethod
    def seeming(cursor: str) -> Place:
        """The place that *cursor* seems to stand for, whoever made it: `read` it before relying on that.

        Raises:
            CursorInvalid: It stands for no place at all.
        """
        try:
            key, id = orjson.loads(_signed(cursor)[TAG:])
        except (ValueError, TypeError):
            raise CursorInvalid from None
        if not isinstance(key, str | int | float) or not isinstance(id, str):
            raise CursorInvalid
        return Place(key=key, id=id)

    def _tag(self, body: bytes, listing: str) -> bytes:
        told = listing.encode() + b"\x00" + body
        return hmac.digest(self._key, told, hashlib.sha256)[:TAG]


def _signed(cursor: str) -> bytes:
    try:
        return base64.urlsafe_b64decode(cursor + "=" * (-len(cursor) % 4))
    except ValueError:
        raise CursorInvalid from None


def _text(signed: bytes) -> str:
    return base64.urlsafe_b64encode(signed).rstrip(b"=").decode()
