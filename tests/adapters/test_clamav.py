"""Scanning by ClamAV's daemon: a real one, and one that answers as none should."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import pytest

from aether.adapters.clamav import scanner as clamav
from aether.adapters.clamav.scanner import ClamavScanner
from aether.adapters.embedded.children import Supervisor
from aether.adapters.embedded.ports import free_port
from aether.domain.blobs import pieces_of
from aether.domain.scanning import FileInfected, FileNotScanned, ScannerDown
from tests.servers import clamd


@pytest.fixture(scope="module")
async def real(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[ClamavScanner]:
    """A scanner that asks a real daemon."""
    home, port = tmp_path_factory.mktemp("clamd"), free_port()
    try:
        child = clamd.child(home, port=port)
    except clamd.NotToBeHad as why:
        pytest.skip(f"CLAMAV DID NOT RUN: {why}")
    supervisor = Supervisor(home)
    await supervisor.start(child)
    yield ClamavScanner(f"tcp://127.0.0.1:{port}")
    await supervisor.stop()


@pytest.mark.slow
async def test_what_harms_nobody_passes(real: ClamavScanner) -> None:
    await real.ping()
    for data in (b"w", b"water", bytes(500_000)):
        await real.scan(pieces_of(data))


@pytest.mark.slow
async def test_what_harms_is_named(real: ClamavScanner) -> None:
    with pytest.raises(FileInfected, match="Eicar-Test"):
        await real.scan(pieces_of(clamd.EICAR))


@pytest.mark.slow
async def test_what_is_too_large_for_the_scanner_is_refused_and_not_let_pass(real: ClamavScanner) -> None:
    with pytest.raises(FileNotScanned, match=r"size limit exceeded|StreamMaxLength"):
        await real.scan(pieces_of(bytes(20 * clamd.STREAM_MOST)))


@asynccontextmanager
async def answering(
    answer: bytes, *, after: int = 1 << 30, port: int = 0
) -> AsyncIterator[tuple[ClamavScanner, list[int]]]:
    """A daemon that answers so when a stream ends, or after so many bytes, and what it was sent."""
    heard: list[int] = []

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        command = await reader.readuntil(b"\0")
        heard.append(len(command))
        while command == b"zINSTREAM\0":
            size = int.from_bytes(await reader.readexactly(4), "big")
            heard.append(size)
            if size == 0 or sum(heard) > after:
                break
            await reader.readexactly(size)
        if answer:
            writer.write(answer)
            await writer.drain()
        else:
            await asyncio.sleep(60)
        writer.close()

    async with await asyncio.start_server(serve, "127.0.0.1", port) as server:
        yield ClamavScanner(f"tcp://127.0.0.1:{server.sockets[0].getsockname()[1]}"), heard


async def test_pieces_are_sent_behind_their_length_and_end_with_none() -> None:
    async with answering(b"stream: OK\0") as (scanner, heard):
        await scanner.scan(pieces_of(bytes(150_000)))

    assert heard == [10, 65_536, 65_536, 18_928, 0]


@pytest.mark.parametrize(
    ("answer", "refusal"),
    [
        (b"stream: Win.Test.EICAR_HDB-1 FOUND\0", FileInfected),
        (b"INSTREAM size limit exceeded. ERROR\0", FileNotScanned),
        (b"stream: Can't allocate memory ERROR\0", FileNotScanned),
        (b"HTTP/1.1 400 Bad Request\r\n\r\n", ScannerDown),
        (b"\xff\0", ScannerDown),
    ],
)
async def test_whatever_is_not_ok_is_refused(answer: bytes, refusal: type[Exception]) -> None:
    async with answering(answer) as (scanner, _):
        with pytest.raises(refusal):
            await scanner.scan(pieces_of(b"water"))
        with pytest.raises(ScannerDown):
            await scanner.ping()


async def test_who_has_had_enough_is_listened_to() -> None:
    async with answering(b"INSTREAM size limit exceeded. ERROR\0", after=70_000) as (scanner, _):
        with pytest.raises(FileNotScanned):
            await scanner.scan(pieces_of(bytes(30_000_000)))


async def test_who_is_silent_or_not_there_is_down(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(clamav, "SCANNED_WITHIN_S", 0.1)
    monkeypatch.setattr(clamav, "PATIENCE_S", 0.1)
    async with answering(b"") as (scanner, _):
        with pytest.raises(ScannerDown):
            await scanner.scan(pieces_of(b"water"))
        with pytest.raises(ScannerDown):
            await scanner.ping()
    for nowhere in (f"tcp://127.0.0.1:{free_port()}", "unix:///nowhere/clamd.ctl"):
        with pytest.raises(ScannerDown):
            await ClamavScanner(nowhere).scan(pieces_of(b"water"))
