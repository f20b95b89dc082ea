"""Scanning by `clamd`: the commands `INSTREAM` and `PING`, see its manual page.

A stream is sent in pieces, each behind its length in four bytes, and ends with an empty one. The
daemon may answer before, when it has had enough, and hangs up.
"""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from urllib.parse import urlsplit

from typing_extensions import override

from aether.domain.scanning import FileInfected, FileNotScanned, Scanner, ScannerDown

PATIENCE_S = 5.0
"""How long the daemon may take to be reached, or to take a piece, in seconds."""
SCANNED_WITHIN_S = 300.0
"""How long it may take over a file that it has all of, in seconds."""
PORT = 3310

_HUNG_UP = "it hung up in the middle, as it does where a file is larger than its StreamMaxLength"
_LENGTH = 4
_ANSWER_MOST = 10_000


class ClamavScanner(Scanner):
    """Asks one daemon.

    Args:
        url: Where it listens, `tcp://host:3310` or `unix:///run/clamav/clamd.ctl`.
    """

    def __init__(self, url: str) -> None:
        self._at = urlsplit(url)

    @override
    async def scan(self, stream: AsyncIterator[bytes]) -> None:
        async with self._connected() as (reader, writer):
            # Read from the first: what it said is lost with a connection that it reset.
            answering = asyncio.ensure_future(reader.read(_ANSWER_MOST))
            try:
                with suppress(ConnectionError):
                    await _send(stream, writer, answering)
                async with asyncio.timeout(SCANNED_WITHIN_S):
                    answer = await answering
            except ConnectionError:
                raise FileNotScanned(_HUNG_UP) from None
            finally:
                answering.cancel()
        _judge(answer.rstrip(b"\0\n").decode(errors="replace"))

    @override
    async def ping(self) -> None:
        async with self._connected() as (reader, writer):
            writer.write(b"zPING\0")
            async with asyncio.timeout(PATIENCE_S):
                answer = await reader.read(_ANSWER_MOST)
        if answer.rstrip(b"\0\n") != b"PONG":
            raise ScannerDown

    @asynccontextmanager
    async def _connected(self) -> AsyncIterator[tuple[asyncio.StreamReader, asyncio.StreamWriter]]:
        try:
            async with asyncio.timeout(PATIENCE_S):
                if self._at.scheme == "unix":
                    reader, writer = await asyncio.open_unix_connection(self._at.path)
                else:
                    reader, writer = await asyncio.open_connection(self._at.hostname, self._at.port or PORT)
        except (OSError, TimeoutError) as error:
            raise ScannerDown from error
        try:
            yield reader, writer
        except (OSError, TimeoutError) as error:
            raise ScannerDown from error
        finally:
            writer.transport.abort()


async def _send(
    stream: AsyncIterator[bytes], writer: asyncio.StreamWriter, answering: asyncio.Future[bytes]
) -> None:
    """Send *stream*, unless it is answered before."""
    writer.write(b"zINSTREAM\0")
    async for piece in stream:
        if answering.done():
            return
        writer.write(len(piece).to_bytes(_LENGTH, "big") + piece)
        async with asyncio.timeout(PATIENCE_S):
            await writer.drain()
    writer.write(bytes(_LENGTH))


def _judge(answer: str) -> None:
    """Raise what the daemon's *answer* means; nothing if the file is clean."""
    told = answer.removeprefix("stream: ")
    if told == "OK":
        return
    if told.endswith(" FOUND"):
        raise FileInfected(told.removesuffix(" FOUND"))
    if told.endswith("ERROR"):
        raise FileNotScanned(told.removesuffix("ERROR").strip(" ."))
    raise ScannerDown
