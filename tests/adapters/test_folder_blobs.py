"""Blobs in a folder: whole or not there, whatever happens on the way."""

import asyncio
import hashlib
import os
import resource
import shutil
import subprocess
import sys
from collections.abc import AsyncIterator, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from aether.adapters.folder.blobs import GATHERED, FolderBlobs
from aether.domain.blobs import (
    PIECE,
    BlobKey,
    BlobMissing,
    FileEmpty,
    FileTooLarge,
    StoreDown,
    StoreFull,
    key_of,
    pieces_of,
)

MUCH = 10**9
DATA = bytes(range(256)) * 20_000
"""Five megabytes."""


@pytest.fixture
def blobs(tmp_path: Path) -> FolderBlobs:
    store = FolderBlobs(tmp_path / "blobs")
    store.prepare()
    return store


def files(folder: Path) -> list[Path]:
    return [path for path in folder.rglob("*") if path.is_file()]


async def read(blobs: FolderBlobs, key: BlobKey) -> bytes:
    return b"".join([piece async for piece in blobs.open(key)])


async def test_what_is_kept_is_read_again_byte_for_byte(blobs: FolderBlobs, tmp_path: Path) -> None:
    blob = await blobs.keep(pieces_of(DATA), most=len(DATA))

    assert blob.sha256 == blob.key == hashlib.sha256(DATA).hexdigest()
    assert blob.size == await blobs.size(blob.key) == len(DATA)
    assert await read(blobs, blob.key) == DATA
    async with blobs.local(blob.key) as path:
        assert path.read_bytes() == DATA
    assert files(tmp_path) == [tmp_path / "blobs" / blob.key[:2] / blob.key[2:4] / blob.key]


async def test_the_same_bytes_are_kept_once_however_many_bring_them(
    blobs: FolderBlobs, tmp_path: Path
) -> None:
    kept = await asyncio.gather(*(blobs.keep(pieces_of(DATA), most=MUCH) for _ in range(8)))

    assert len(set(kept)) == 1
    assert len(files(tmp_path)) == 1
    assert await read(blobs, kept[0].key) == DATA


async def test_a_removed_blob_is_gone_and_can_be_removed_again(blobs: FolderBlobs) -> None:
    blob = await blobs.keep(pieces_of(b"water"), most=MUCH)

    await blobs.remove(blob.key)
    await blobs.remove(blob.key)

    with pytest.raises(BlobMissing):
        await blobs.size(blob.key)
    with pytest.raises(BlobMissing):
        await read(blobs, blob.key)
    with pytest.raises(BlobMissing):
        async with blobs.local(blob.key):
            pass


async def test_an_empty_stream_is_refused(blobs: FolderBlobs, tmp_path: Path) -> None:
    with pytest.raises(FileEmpty):
        await blobs.keep(pieces_of(b""), most=MUCH)

    assert not files(tmp_path)


@pytest.mark.parametrize("most", [len(DATA) - 1, GATHERED, 0])
async def test_a_stream_past_its_limit_is_refused_by_name(
    blobs: FolderBlobs, tmp_path: Path, most: int
) -> None:
    with pytest.raises(FileTooLarge, match=f"larger than {most:,} bytes") as refused:
        await blobs.keep(pieces_of(DATA), most=most)

    assert (refused.value.most, refused.value.field) == (most, "file")
    assert not files(tmp_path)


async def test_a_stream_past_its_limit_is_not_read_to_its_end(blobs: FolderBlobs) -> None:
    given = 0

    async def endless() -> AsyncIterator[bytes]:
        nonlocal given
        while True:
            given += 1
            yield bytes(65_536)

    with pytest.raises(FileTooLarge):
        await blobs.keep(endless(), most=10 * 65_536)

    assert given <= 10 + GATHERED // 65_536


async def test_an_upload_that_breaks_off_leaves_nothing(blobs: FolderBlobs, tmp_path: Path) -> None:
    async def torn() -> AsyncIterator[bytes]:
        yield DATA
        raise ConnectionResetError

    with pytest.raises(ConnectionResetError):
        await blobs.keep(torn(), most=MUCH)

    assert not files(tmp_path)


async def test_a_cancelled_upload_leaves_nothing_or_all(blobs: FolderBlobs, tmp_path: Path) -> None:
    for moment in range(60):
        upload = asyncio.create_task(blobs.keep(pieces_of(DATA), most=MUCH))
        await asyncio.sleep(moment * 0.0003)

        upload.cancel()
        await asyncio.wait({upload})

        assert all(path.name == hashlib.sha256(path.read_bytes()).hexdigest() for path in files(tmp_path))
        assert upload.cancelled() or files(tmp_path)


async def test_an_upload_cancelled_while_it_waits_for_its_client_leaves_nothing(
    blobs: FolderBlobs, tmp_path: Path
) -> None:
    arrived = asyncio.Event()

    async def stalled() -> AsyncIterator[bytes]:
        yield DATA
        arrived.set()
        await asyncio.Event().wait()

    upload = asyncio.create_task(blobs.keep(stalled(), most=MUCH))
    await arrived.wait()
    assert len(files(tmp_path)) == 1

    upload.cancel()
    await asyncio.wait({upload})

    assert not files(tmp_path)


@contextmanager
def a_full_disk(folder: Path) -> Iterator[FolderBlobs]:
    """A store on a disk with a megabyte of room, or else one whose files may not grow larger."""
    folder.mkdir()
    mount, unmount = shutil.which("mount"), shutil.which("umount")
    if mount and unmount and _ran(mount, "-t", "tmpfs", "-o", "size=1m", "tmpfs", str(folder)):
        try:
            yield FolderBlobs(folder)
        finally:
            _ran(unmount, str(folder))
        return
    before = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (2**20, before[1]))
    try:
        yield FolderBlobs(folder)
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, before)


def _ran(*command: str) -> bool:
    return subprocess.run(command, capture_output=True, check=False).returncode == 0


async def test_a_full_disk_says_so_and_has_room_again_afterwards(tmp_path: Path) -> None:
    with a_full_disk(tmp_path / "disk") as blobs:
        with pytest.raises(StoreFull):
            await blobs.keep(pieces_of(DATA), most=MUCH)

        assert not files(tmp_path / "disk")
        small = await blobs.keep(pieces_of(DATA[:900_000]), most=MUCH)
        assert await read(blobs, small.key) == DATA[:900_000]


async def test_a_store_whose_folder_is_a_file_is_down(tmp_path: Path) -> None:
    (tmp_path / "blobs").write_text("not a folder")
    blobs = FolderBlobs(tmp_path / "blobs")

    with pytest.raises(StoreDown):
        blobs.prepare()
    with pytest.raises(StoreDown):
        await blobs.keep(pieces_of(b"water"), most=MUCH)


KEY = hashlib.sha256(b"water").hexdigest()


@pytest.mark.parametrize(
    "key", ["", "..", "../../etc/passwd", KEY.upper(), KEY[:-1], KEY + "\n", f"/{KEY[1:]}"]
)
async def test_nothing_but_a_key_opens_a_path(blobs: FolderBlobs, key: str) -> None:
    with pytest.raises(BlobMissing):
        key_of(key)
    with pytest.raises(BlobMissing):
        await blobs.size(BlobKey(key))
    with pytest.raises(BlobMissing):
        await read(blobs, BlobKey(key))
    with pytest.raises(BlobMissing):
        await blobs.remove(BlobKey(key))


async def test_what_a_crash_left_is_swept_and_what_is_under_way_is_not(tmp_path: Path) -> None:
    root = tmp_path / "blobs"
    script = (
        "import asyncio, os, pathlib, sys; from aether.adapters.folder.blobs import FolderBlobs\n"
        "async def torn():\n"
        "    yield bytes(2_000_000)\n"
        "    os._exit(9)\n"
        "asyncio.run(FolderBlobs(pathlib.Path(sys.argv[1])).keep(torn(), most=10**9))"
    )
    crashed = await asyncio.create_subprocess_exec(
        sys.executable, "-c", script, str(root), env={"PYTHONPATH": os.pathsep.join(sys.path)}
    )
    assert await crashed.wait() == 9
    assert len(files(root)) == 1
    arrived, go_on = asyncio.Event(), asyncio.Event()

    async def slow() -> AsyncIterator[bytes]:
        yield DATA
        arrived.set()
        await go_on.wait()
        yield b"end"

    upload = asyncio.create_task(FolderBlobs(root).keep(slow(), most=MUCH))
    await arrived.wait()
    swept = FolderBlobs(root).prepare()
    go_on.set()

    assert swept == 1
    assert (await upload).size == len(DATA) + 3
    assert len(files(root)) == 1


async def test_the_loop_goes_on_while_the_disk_works(blobs: FolderBlobs) -> None:
    longest = 0.0

    async def watch() -> None:
        nonlocal longest
        while True:
            before = asyncio.get_running_loop().time()
            await asyncio.sleep(0.001)
            longest = max(longest, asyncio.get_running_loop().time() - before)

    watching = asyncio.create_task(watch())
    await blobs.keep(pieces_of(DATA * 8), most=MUCH)
    watching.cancel()

    assert longest < 0.2


async def test_blobs_are_listed_page_by_page_with_when_they_came(
    blobs: FolderBlobs, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("aether.adapters.folder.blobs.LISTED", 2)
    began = datetime.now(UTC) - timedelta(seconds=5)
    kept = {(await blobs.keep(pieces_of(bytes([n + 1]) * 9), most=100)).key for n in range(7)}

    seen: list[BlobKey] = []
    after: BlobKey | None = None
    while True:
        page, after = await blobs.listed(after=after)
        assert all(began < came for came in page.values())
        seen += page
        if after is None:
            break

    assert seen == sorted(kept)


async def test_only_old_bytes_are_removed_if_that_is_asked_for(blobs: FolderBlobs) -> None:
    blob = await blobs.keep(pieces_of(b"young"), most=100)
    now = datetime.now(UTC)

    assert not await blobs.remove(blob.key, before=now - timedelta(minutes=1))
    assert await read(blobs, blob.key) == b"young"
    assert await blobs.remove(blob.key, before=now + timedelta(minutes=1))
    assert await blobs.remove(blob.key, before=now + timedelta(minutes=1))
    with pytest.raises(BlobMissing):
        await blobs.size(blob.key)


async def test_a_part_of_a_blob_is_a_slice_of_it(blobs: FolderBlobs) -> None:
    blob = await blobs.keep(pieces_of(DATA), most=MUCH)

    for part in (range(1), range(70_000, 70_001), range(65_536, 300_000), range(blob.size - 9, blob.size)):
        pieces = [piece async for piece in blobs.open(blob.key, part)]
        assert b"".join(pieces) == DATA[part.start : part.stop]
        assert max(map(len, pieces)) <= PIECE
    with pytest.raises(BlobMissing):
        await anext(blobs.open(BlobKey("0" * 64), range(1)))
