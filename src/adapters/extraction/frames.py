"""Frames: the messages between a reading process and the one that started it.

A frame is its length in four bytes, the highest first, and so many bytes of JSON. The child gets one: what
to read. It answers with any number of `{"pages": [done, total], "slow": …}` and `{"stretch": …}`, and one of
`{"extracted": …}`, `{"refused": [code, message]}` and `{"failed": where}`.
"""

from collections.abc import Mapping
from typing import Any

import orjson

HEADER = 4
MOST = 2**30
"""The largest frame, in bytes."""


def framed(message: Mapping[str, Any]) -> bytes:
    """*message* as a frame."""
    body = orjson.dumps(message)
    return len(body).to_bytes(HEADER, "big") + body


def length_of(header: bytes) -> int:
    """How many bytes follow *header*."""
    return min(int.from_bytes(header, "big"), MOST)
