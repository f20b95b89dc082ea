"""Frames: the messages between a reading process and the one that started it.

A frame is its length in four bytes, the highest first, and so many bytes of JSON. The child gets one: what
to read. It answers with any number of `{"pages": [done, total], "slow": …}` and `{"stretch": …}`, and one of
`{"extracted": true}`, behind the `{"line": …}` of what was read, `{"refused": [code, message]}` and
`{"failed": where}`. The bytes of a member follow its
`{"member": …}` as raw frames, whose length has the highest bit set: up to an empty one if all is well, or
up to `{"spoiled": message}`.
"""

from collections.abc import Mapping
from typing import Any

import orjson

HEADER = 4
RAW = 2**31
"""What is added to the length of a frame that is no JSON."""
MOST = 2**30
"""The largest frame, in bytes."""


def framed(message: Mapping[str, Any]) -> bytes:
    """*message* as a frame."""
    body = orjson.dumps(message)
    return len(body).to_bytes(HEADER, "big") + body


def raw(piece: bytes) -> bytes:
    """*piece* as a raw frame."""
    return (RAW | len(piece)).to_bytes(HEADER, "big") + piece


def is_raw(header: bytes) -> bool:
    """Whether bytes follow *header* that are no JSON."""
    return int.from_bytes(header, "big") >= RAW


def length_of(header: bytes) -> int:
    """How many bytes follow *header*."""
    return min(int.from_bytes(header, "big") % RAW, MOST)
