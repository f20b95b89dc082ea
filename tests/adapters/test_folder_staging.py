"""The bytes of unfinished uploads in a folder: only ever longer, never mixed, kept whatever happens."""

import asyncio
import errno
import hashlib
import itertools
import os
import random
import sys
from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from aether.adapters.folder.blobs import FolderBlobs
from aether.adapters.folder.staging import FolderStaging
from aether.domain.blobs import PIECE, pieces_of
from aether.domain.uploads import Checksum, ChecksumWrong, OffsetWrong, UploadGone, UploadId

DATA = random.Random(7).randbytes(5 * PIECE + 123)
ONE, TWO, THREE = (UploadId(f"upload_{number:026}") for number in (1, 2, 3))


@pytest.fixture
def staging(tmp_path: Path) -> FolderStaging:
    return FolderStaging(tmp_path / "blobs" / "staging", blobs=tmp_path / "blobs")


def files(folder: Path) -> list[Path]:
    return sorted(path for path in (folder / "blobs" / "staging").rglob("*") if path.is_file())


def sha256(data: bytes) -> Checksum:
    return Checksum.new("sha256", hashlib.sha256(data).digest())


async def blob_of(staging: FolderStaging, id: UploadId, folder: Path) -> bytes:
    blob = await staging.settle(id)
    return b"".join([piece async for piece in FolderBlobs(folder / "blobs").open(blob.key)])


async def test_bytes_are_added_behind_those_that_are_there(staging: FolderStaging, tmp_path: Path) -> None:
    assert await staging.size(ONE) == 0

    assert await staging.append(ONE, pieces_of(DATA[:10]), at=0) == 10
    assert await staging.append(ONE, pieces_of(DATA[10:]), at=10) == len(DATA)
    assert await staging.append(ONE, pieces_of(b""), at=len(DATA)) == len(DATA)

    assert await staging.size(ONE) == len(DATA)
    assert await blob_of(staging, ONE, tmp_path) == DATA


@pytest.mark.parametrize("at", [0, 9, 11, 10**12])
@pytest.mark.parametrize("checked", [True, False])
async def test_bytes_that_begin_elsewhere_are_refused(
    staging: FolderStaging, at: int, *, checked: bool
) -> None:
    await staging.append(ONE, pieces_of(DATA[:10]), at=0)

    with pytest.raises(OffsetWrong) as refusal:
        await staging.append(ONE, pieces_of(DATA), at=at, checksum=sha256(DATA) if checked else None)

    assert refusal.value.offset == await staging.size(ONE) == 10


async def test_what_came_before_a_stream_broke_off_is_kept(staging: FolderStaging) -> None:
    async def torn() -> AsyncIterator[bytes]:
        yield DATA[: PIECE + 7]
        yield DATA[PIECE + 7 : PIECE + 9]
        raise ConnectionResetError

    with pytest.raises(ConnectionResetError):
        await staging.append(ONE, torn(), at=0)

    assert await staging.size(ONE) == PIECE + 9


async def test_what_came_before_we_were_cancelled_is_kept(staging: FolderStaging) -> None:
    arrived = asyncio.Event()

    async def stalled() -> AsyncIterator[bytes]:
        yield DATA[:10]
        arrived.set()
        await asyncio.Event().wait()

    adding = asyncio.create_task(staging.append(ONE, stalled(), at=0))
    await arrived.wait()
    adding.cancel()
    await asyncio.wait({adding})

    assert adding.cancelled()
    assert await staging.size(ONE) == 10


async def test_bytes_are_there_after_a_process_was_killed(staging: FolderStaging, tmp_path: Path) -> None:
    script = (
        "import asyncio, os, pathlib, sys\n"
        "from aether.adapters.folder.staging import FolderStaging\n"
        "async def torn():\n"
        "    yield bytes(200_000)\n"
        "    os.kill(os.getpid(), 9)\n"
        "root = pathlib.Path(sys.argv[1])\n"
        "asyncio.run(FolderStaging(root / 'staging', blobs=root).append(sys.argv[2], torn(), at=0))"
    )
    killed = await asyncio.create_subprocess_exec(
        *(sys.executable, "-c", script, str(tmp_path / "blobs"), ONE),
        env={"PYTHONPATH": os.pathsep.join(sys.path)},
    )
    assert await killed.wait() == -9

    assert await staging.size(ONE) == 200_000
    assert await staging.append(ONE, pieces_of(DATA), at=200_000) == 200_000 + len(DATA)


async def test_two_who_add_at_once_never_mix(staging: FolderStaging, tmp_path: Path) -> None:
    async def slow(letter: bytes) -> AsyncIterator[bytes]:
        for _ in range(8):
            yield letter * PIECE
            await asyncio.sleep(0)

    outcomes = await asyncio.gather(
        *(staging.append(ONE, slow(letter), at=0) for letter in (b"a", b"b", b"c")), return_exceptions=True
    )

    assert [it for it in outcomes if not isinstance(it, int | OffsetWrong)] == []
    kept = await blob_of(staging, ONE, tmp_path)
    assert len(kept) == 8 * PIECE
    assert len(set(kept)) == 1


async def test_bytes_are_kept_with_their_checksum_or_not_at_all(
    staging: FolderStaging, tmp_path: Path
) -> None:
    assert await staging.append(ONE, pieces_of(DATA[:99]), at=0, checksum=sha256(DATA[:99])) == 99
    with pytest.raises(ChecksumWrong):
        await staging.append(ONE, pieces_of(DATA[99:]), at=99, checksum=sha256(DATA))

    async def torn() -> AsyncIterator[bytes]:
        yield DATA[99:PIECE]
        raise ConnectionResetError

    with pytest.raises(ConnectionResetError):
        await staging.append(ONE, torn(), at=99, checksum=sha256(DATA[99:PIECE]))
    assert await staging.size(ONE) == 99
    assert [path.name for path in files(tmp_path)] == [ONE]
    await staging.append(ONE, pieces_of(DATA[99:]), at=99, checksum=sha256(DATA[99:]))
    assert await blob_of(staging, ONE, tmp_path) == DATA


@pytest.mark.parametrize(
    ("algorithm", "digest"),
    [
        ("sha1", "f7c3bc1d808e04732adf679965ccc34ca7ae3441"),
        ("crc32", "cbf43926"),
        ("crc32c", "e3069283"),
    ],
)
async def test_checksums_are_those_that_others_know(
    staging: FolderStaging, algorithm: str, digest: str
) -> None:
    checksum = Checksum.new(algorithm, bytes.fromhex(digest))

    assert await staging.append(ONE, pieces_of(b"123456789"), at=0, checksum=checksum) == 9


async def test_a_blob_takes_nothing_more_through_its_other_name(
    staging: FolderStaging, tmp_path: Path
) -> None:
    await staging.append(ONE, pieces_of(DATA), at=0)
    blob = await staging.settle(ONE)

    with pytest.raises(OffsetWrong):
        await staging.append(ONE, pieces_of(b"x"), at=len(DATA))

    assert await staging.settle(ONE) == blob
    await staging.remove([ONE])
    assert files(tmp_path) == []
    blobs = FolderBlobs(tmp_path / "blobs")
    assert await blobs.size(blob.key) == blob.size == len(DATA)
    assert b"".join([piece async for piece in blobs.open(blob.key)]) == DATA


async def test_a_disk_without_second_names_keeps_a_copy(
    staging: FolderStaging, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refused(*_: object) -> None:
        raise OSError(errno.EPERM, "no links here")

    monkeypatch.setattr(os, "link", refused)
    await staging.append(ONE, pieces_of(DATA), at=0)

    assert await blob_of(staging, ONE, tmp_path) == DATA
    place = tmp_path / "blobs" / (await staging.settle(ONE)).key[:2]
    assert len([path for path in place.rglob("*") if path.is_file()]) == 1


async def test_the_same_bytes_twice_are_one_blob(staging: FolderStaging, tmp_path: Path) -> None:
    await staging.append(ONE, pieces_of(DATA), at=0)
    await staging.append(TWO, pieces_of(DATA), at=0)

    first, second = await asyncio.gather(staging.settle(ONE), staging.settle(TWO))

    assert first == second
    assert await blob_of(staging, TWO, tmp_path) == DATA


async def test_parts_are_put_together_in_order_and_again(staging: FolderStaging, tmp_path: Path) -> None:
    await staging.append(ONE, pieces_of(DATA[:999]), at=0)
    await staging.append(TWO, pieces_of(DATA[999:]), at=0)

    sizes = await asyncio.gather(*(staging.join(THREE, [ONE, TWO]) for _ in range(3)))

    assert sizes == [len(DATA)] * 3
    assert await blob_of(staging, THREE, tmp_path) == DATA
    assert await staging.join(THREE, [ONE, TWO]) == len(DATA)
    assert [path.name for path in files(tmp_path)] == [ONE, TWO, THREE]
    await staging.remove([TWO])
    with pytest.raises(UploadGone):
        await staging.join(UploadId(f"upload_{4:026}"), [ONE, TWO])


async def test_bytes_that_were_removed_meanwhile_do_not_come_back(
    staging: FolderStaging, tmp_path: Path
) -> None:
    async def removing() -> AsyncIterator[bytes]:
        yield DATA[:PIECE]
        await staging.remove([ONE])
        yield DATA[PIECE:]

    with pytest.raises(UploadGone):
        await staging.append(ONE, removing(), at=0)

    assert files(tmp_path) == []
    with pytest.raises(UploadGone):
        await staging.settle(ONE)
    await staging.remove([ONE])


async def test_what_nobody_touches_is_swept(staging: FolderStaging, tmp_path: Path) -> None:
    await staging.append(ONE, pieces_of(DATA), at=0)
    await staging.append(TWO, pieces_of(DATA), at=0)
    aside = tmp_path / "blobs" / "staging" / "aside" / "left"
    aside.parent.mkdir()
    aside.write_bytes(b"x")
    now = datetime.now(UTC)
    old = (now - timedelta(days=3)).timestamp()
    for path in (aside, tmp_path / "blobs" / "staging" / ONE):
        os.utime(path, (old, old))

    assert await staging.sweep(before=now - timedelta(days=2)) == 2

    assert [path.name for path in files(tmp_path)] == [TWO]


@pytest.mark.parametrize("id", ["", "..", "upload_../../etc/passwd", "upload_" + "A" * 26, f"{ONE}\n"])
async def test_nothing_but_an_id_opens_a_path(staging: FolderStaging, id: str) -> None:
    with pytest.raises(UploadGone):
        await staging.size(UploadId(id))
    with pytest.raises(UploadGone):
        await staging.append(UploadId(id), pieces_of(b"x"), at=0)
    with pytest.raises(UploadGone):
        await staging.remove([UploadId(id)])


@settings(max_examples=50, deadline=None)
@given(cuts=st.lists(st.integers(0, len(DATA)), max_size=6), checked=st.sets(st.integers(0, 6)))
async def test_however_bytes_are_cut_they_are_the_same(
    tmp_path_factory: pytest.TempPathFactory, cuts: list[int], checked: set[int]
) -> None:
    folder = tmp_path_factory.mktemp("cut")
    staging = FolderStaging(folder / "blobs" / "staging", blobs=folder / "blobs")
    places = [0, *sorted(cuts), len(DATA)]
    for number, (start, end) in enumerate(itertools.pairwise(places)):
        piece = DATA[start:end]
        checksum = sha256(piece) if number in checked else None
        assert await staging.append(ONE, pieces_of(piece), at=start, checksum=checksum) == end

    assert await blob_of(staging, ONE, folder) == DATA
