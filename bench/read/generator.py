"""The load generator of the race: a process of its own, so that it shares nothing with what it measures.

It reads a `Task` from its standard input as JSON and answers with `load.Figures` and its own
processor time. Unlike `bench.load` it sends a token with each request, and reads answers of
unknown length.
"""

import asyncio
import itertools
import json
import subprocess
import sys
import time
from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass
from typing import Any
from urllib.parse import urlsplit

import httptools
import uvloop
from typing_extensions import override

from bench.load import Figures

REFUSED = (b'"errors"', b'"notebook":null')
"""What an answer that failed holds, whatever its status."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Task:
    """What to ask.

    Attributes:
        requests: Pairs of a token, which may be empty, and a body; asked in turn.
    """

    url: str
    requests: Sequence[tuple[str, str]]
    at_once: int
    seconds: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Load:
    """How a task went.

    Attributes:
        share: How much of one core the generator itself took.
    """

    figures: Figures
    share: float


def run(task: Task) -> Load:
    """Have a process of its own do *task*."""
    command = [sys.executable, "-m", "bench.read.generator"]
    done = subprocess.run(command, input=json.dumps(asdict(task)), capture_output=True, text=True, check=True)
    told = json.loads(done.stdout)
    return Load(figures=Figures(**told["figures"]), share=told["share"])


class _Client(asyncio.Protocol):
    """A connection that asks again as soon as it is answered, until time is up."""

    def __init__(self, requests: Iterator[bytes], until: float, taken: list[tuple[float, bool, int]]) -> None:
        self._requests = requests
        self._until = until
        self._taken = taken
        self.done: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self._transport: Any = None
        self._parser: Any = None
        self._pieces: list[bytes] = []
        self._begun = 0.0

    @override
    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport = transport
        self._ask()

    @override
    def data_received(self, data: bytes) -> None:
        self._parser.feed_data(data)

    @override
    def connection_lost(self, exc: Exception | None) -> None:
        if not self.done.done():
            self.done.set_exception(exc or ConnectionResetError("the server hung up"))

    def on_body(self, piece: bytes) -> None:
        self._pieces.append(piece)

    def on_message_complete(self) -> None:
        body = b"".join(self._pieces)
        well = self._parser.get_status_code() == 200 and not any(sign in body for sign in REFUSED)
        self._taken.append((time.perf_counter() - self._begun, well, len(body)))
        if time.perf_counter() < self._until:
            self._ask()
        else:
            self.done.set_result(None)
            self._transport.close()

    def _ask(self) -> None:
        self._parser = httptools.HttpResponseParser(self)
        self._pieces.clear()
        self._begun = time.perf_counter()
        self._transport.write(next(self._requests))


async def _load(task: Task) -> Figures:
    parts = urlsplit(task.url)
    requests = itertools.cycle([_request(parts.path, parts.netloc, *each) for each in task.requests])
    begun = time.perf_counter()
    taken: list[tuple[float, bool, int]] = []
    loop = asyncio.get_running_loop()

    async def one() -> None:
        _, client = await loop.create_connection(
            lambda: _Client(requests, begun + task.seconds, taken), str(parts.hostname), parts.port or 80
        )
        await client.done

    await asyncio.gather(*(one() for _ in range(task.at_once)))
    return _figures(taken, time.perf_counter() - begun)


def _request(path: str, host: str, token: str, body: str) -> bytes:
    shown = f"Authorization: Bearer {token}\r\n" if token else ""
    content = body.encode()
    head = (
        f"POST {path} HTTP/1.1\r\nHost: {host}\r\n{shown}Accept: application/json\r\n"
        f"Content-Type: application/json\r\nContent-Length: {len(content)}\r\n\r\n"
    )
    return head.encode() + content


def _figures(taken: Sequence[tuple[float, bool, int]], elapsed: float) -> Figures:
    times = sorted(1000 * seconds for seconds, _, _ in taken)

    def quantile(share: float) -> float:
        return round(times[min(len(times) - 1, int(len(times) * share))], 2)

    return Figures(
        requests=len(taken),
        failed=sum(not well for _, well, _ in taken),
        per_s=round(len(taken) / elapsed, 1),
        p50_ms=quantile(0.50),
        p95_ms=quantile(0.95),
        p99_ms=quantile(0.99),
        bytes=sum(size for _, _, size in taken) // len(taken),
    )


def main() -> None:
    task = Task(**json.load(sys.stdin))
    before, begun = time.process_time(), time.perf_counter()
    figures = uvloop.run(_load(task))
    share = (time.process_time() - before) / (time.perf_counter() - begun)
    json.dump({"figures": asdict(figures), "share": round(share, 2)}, sys.stdout)


if __name__ == "__main__":
    main()
