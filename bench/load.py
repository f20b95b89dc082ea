"""A small load generator: keep-alive connections that ask the same kind of thing again and again."""

import asyncio
import itertools
import json
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from urllib.parse import urlsplit

AT_ONCE_MOST = 16
"""Over how many connections requests go that are sent at their time."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Figures:
    """How requests fared. Times are in milliseconds."""

    requests: int
    failed: int
    per_s: float
    p50_ms: float
    p95_ms: float
    p99_ms: float
    bytes: int


async def run(
    url: str, bodies: Sequence[dict[str, object]], *, token: str, at_once: int, seconds: float
) -> Figures:
    """Post *bodies* in turn, *at_once* at a time, for so many seconds."""
    parts = urlsplit(url)
    requests = itertools.cycle([_request(parts.path, parts.netloc, body, token) for body in bodies])
    until = time.perf_counter() + seconds
    begun = time.perf_counter()
    taken: list[tuple[float, bool, int]] = []
    await asyncio.gather(
        *(_client(parts.hostname, parts.port, requests, until, taken) for _ in range(at_once))
    )
    return _figures(taken, time.perf_counter() - begun)


async def paced(
    url: str, bodies: Sequence[dict[str, object]], *, token: str, per_s: float, seconds: float
) -> Figures:
    """Post *bodies* in turn, so many a second, as people do who do not wait for each other.

    A request that cannot be sent in time has been waiting since it was due.
    """
    parts = urlsplit(url)
    requests = itertools.cycle([_request(parts.path, parts.netloc, body, token) for body in bodies])
    begun = time.perf_counter()
    due = iter([begun + number / per_s for number in range(int(per_s * seconds))])
    taken: list[tuple[float, bool, int]] = []
    await asyncio.gather(
        *(_patient_client(parts.hostname, parts.port, requests, due, taken) for _ in range(AT_ONCE_MOST))
    )
    return _figures(taken, time.perf_counter() - begun)


def _figures(taken: Sequence[tuple[float, bool, int]], elapsed: float) -> Figures:
    times = sorted(seconds * 1000 for seconds, _, _ in taken)
    return Figures(
        requests=len(taken),
        failed=sum(not well for _, well, _ in taken),
        per_s=round(len(taken) / elapsed, 1),
        p50_ms=round(_quantile(times, 0.50), 2),
        p95_ms=round(_quantile(times, 0.95), 2),
        p99_ms=round(_quantile(times, 0.99), 2),
        bytes=taken[-1][2] if taken else 0,
    )


def _request(path: str, host: str, body: dict[str, object], token: str) -> bytes:
    content = json.dumps(body).encode()
    head = (
        f"POST {path} HTTP/1.1\r\nHost: {host}\r\nAuthorization: Bearer {token}\r\n"
        f"Content-Type: application/json\r\nContent-Length: {len(content)}\r\n\r\n"
    )
    return head.encode() + content


async def _client(
    host: str | None,
    port: int | None,
    requests: Iterator[bytes],
    until: float,
    taken: list[tuple[float, bool, int]],
) -> None:
    reader, writer = await asyncio.open_connection(host, port)
    while time.perf_counter() < until:
        begun = time.perf_counter()
        well, size = await _asked(next(requests), reader, writer)
        taken.append((time.perf_counter() - begun, well, size))
    writer.close()


async def _patient_client(
    host: str | None,
    port: int | None,
    requests: Iterator[bytes],
    due: Iterator[float],
    taken: list[tuple[float, bool, int]],
) -> None:
    reader, writer = await asyncio.open_connection(host, port)
    for at in due:
        await asyncio.sleep(max(0.0, at - time.perf_counter()))
        well, size = await _asked(next(requests), reader, writer)
        taken.append((time.perf_counter() - at, well, size))
    writer.close()


async def _asked(
    request: bytes, reader: asyncio.StreamReader, writer: asyncio.StreamWriter
) -> tuple[bool, int]:
    """Whether a request fared well, and how long its answer is, in bytes."""
    writer.write(request)
    status, body = await _answer(reader)
    return status == 200 and b'"errors"' not in body, len(body)


async def _answer(reader: asyncio.StreamReader) -> tuple[int, bytes]:
    head = await reader.readuntil(b"\r\n\r\n")
    length = next(
        int(line.split(b":")[1]) for line in head.split(b"\r\n") if line.lower().startswith(b"content-length")
    )
    return int(head.split(b" ", 2)[1]), await reader.readexactly(length)


def _quantile(times: Sequence[float], share: float) -> float:
    return times[min(len(times) - 1, int(len(times) * share))] if times else 0.0
