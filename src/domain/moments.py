"""Moments: the instant at which an operation happens, and every id it will ever need.

Ids are prefixed with their kind and sort by age: `notebook_` and 26 characters of
Crockford's base 32, as in a ULID. A moment is made at the edge, before the transaction,
and gives the same id for the same names, so that a body that runs twice writes the same
things.
"""

import hashlib
from dataclasses import dataclass
from datetime import datetime

_ALPHABET = "0123456789abcdefghjkmnpqrstvwxyz"


@dataclass(frozen=True, slots=True, kw_only=True)
class Moment:
    """An instant, in aware UTC, and 16 random bytes."""

    now: datetime
    seed: bytes

    def id(self, kind: str, *names: str | int, order: int = 0) -> str:
        """The id of this moment for *kind* and *names*; those of a lower *order* sort first.

        The body is 48 bits of milliseconds since 1970, 16 bits of *order*, and 64 bits that
        nobody can guess.
        """
        told = "\x00".join((kind, str(order), *map(str, names)))
        unguessable = hashlib.blake2b(told.encode(), key=self.seed, digest_size=8).digest()
        instant = int(self.now.timestamp() * 1000).to_bytes(6, "big")
        body = int.from_bytes(instant + min(order, 0xFFFF).to_bytes(2, "big") + unguessable, "big")
        return f"{kind}_{''.join(_ALPHABET[body >> shift & 31] for shift in range(125, -1, -5))}"
