"""Ranges: a part of a file that somebody asks for by its bytes, as RFC 9110 has it (section 14).

One range is answered with that part. Several, other units than bytes, and what makes no sense are
answered with the whole file, as by anybody who does not know ranges; what begins behind its end is refused.
"""

import re
import sys

from starlette.requests import Request

from aether.domain.errors import Invalid

SENT = ("Range", "If-Range", "If-None-Match")
"""The headers that pages elsewhere may send."""
TOLD = ("Accept-Ranges", "Content-Range", "ETag")
"""The headers that pages elsewhere may read."""

_ONE = re.compile(r"([0-9]*)-([0-9]*)")
_DIGITS = 18
"""So many digits are more than any file has bytes."""


class RangeUnsatisfiable(Invalid):
    """The file has none of the bytes that are asked for.

    Attributes:
        size: How many bytes it has.
    """

    code = "RANGE_NOT_SATISFIABLE"

    def __init__(self, size: int) -> None:
        super().__init__(f"The file has {size:,} bytes, and none of those that are asked for.", field="range")
        self.size = size


def asked(request: Request, *, size: int, tag: str) -> range | None:
    """The part of a file of *size* bytes that is asked for; none for all of it.

    With `If-Range` it is given only to whoever knows *tag*, which names these very bytes.

    Raises:
        RangeUnsatisfiable: The file has none of it.
    """
    if request.method != "GET" or request.headers.get("if-range", tag) != tag:
        return None
    unit, _, told = request.headers.get("range", "").partition("=")
    one = _ONE.fullmatch(told.strip(" \t,"))
    if unit.strip().lower() != "bytes" or one is None:
        return None
    first, last = (_number(digits) for digits in one.groups())
    if first is None:
        return None if last is None else _suffix(last, size)
    if last is not None and last < first:
        return None
    if first >= size:
        raise RangeUnsatisfiable(size)
    return range(first, size if last is None else min(last + 1, size))


def _suffix(many: int, size: int) -> range:
    if many == 0:
        raise RangeUnsatisfiable(size)
    return range(max(0, size - many), size)


def _number(digits: str) -> int | None:
    digits = digits.lstrip("0") or digits[:1]
    if not digits:
        return None
    return int(digits) if len(digits) <= _DIGITS else sys.maxsize


def told(part: range, size: int) -> dict[str, str]:
    """What the headers of an answer say of the *part* that it is."""
    return {
        "Content-Range": f"bytes {part.start}-{part.stop - 1}/{size}",
        "Content-Length": str(len(part)),
    }
