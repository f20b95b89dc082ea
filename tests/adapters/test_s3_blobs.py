"""Blobs in a bucket of a real S3 server: whole or not there, whatever happens on the way."""

import asyncio
import hashlib
import os
import signal
from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from aether.adapters.embedded.children import Supervisor
from aether.adapters.embedded.ports import free_port
from aether.adapters.s3 import blobs as s3lib
from aether.adapters.s3.blobs import PART, Bucket, S3Blobs, _Sending, opened
from aether.domain.blobs import PIECE, BlobKey, BlobMissing, FileEmpty, FileTooLarge, StoreDown, pieces_of
from tests.e2e import ups
from tests.servers import s3
from tests.servers.waiting import until

pytestmark = pytest.mark.slow

MUCH = 10**9
SMALL = bytes(range(256)) * 4_000
LARGE = hashlib.shake_256(b"a river").digest(2 * PART + 12_345)


@pytest.fixture(scope="module")
async def server(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[tuple[Supervisor, int, Path]]:
    """A store, its port, and the folder of its buckets."""
    home, port = tmp_path_factory.mktemp("s3"), free_port()
    try:
        child = await asyncio.to_thread(s3.child, home, port=port)
    except s3.NotToBeHad as why:
        pytest.skip(f"S3 DID NOT RUN: {why}")
    supervisor = Supervisor(home)
    await supervisor.start(child)
    yield supervisor, port, home / "buckets"
    await supervisor.stop()


def bucket(port: int, name: str = "files", **more: str) -> Bucket:
    told = {"access_key": s3.ACCESS, "secret_key": s3.SECRET, "prefix": "aether", **more}
    return Bucket(name=name, url=f"http://127.0.0.1:{port}", region=s3.REGION, **told)


@pytest.fixture
async def blobs(server: tuple[Supervisor, int, Path]) -> AsyncIterator[S3Blobs]:
    """An empty bucket."""
    _, port, folder = server
    async with opened(bucket(port)) as store:
        if not (folder / "files").exists():
            await store._client.create_bucket(Bucket="files")
        await emptied(store)
        yield store


async def names(store: S3Blobs) -> list[str]:
    """The objects in the bucket, and the uploads to it that were begun."""
    found = (await store._client.list_objects_v2(Bucket="files")).get("Contents", [])
    begun = (await store._client.list_multipart_uploads(Bucket="files")).get("Uploads", [])
    return [it["Key"] for it in found] + [f"begun: {it['Key']}" for it in begun]


async def emptied(store: S3Blobs) -> None:
    for it in (await store._client.list_multipart_uploads(Bucket="files")).get("Uploads", []):
        await store._client.abort_multipart_upload(Bucket="files", Key=it["Key"], UploadId=it["UploadId"])
    for name in await names(store):
        await store._client.delete_object(Bucket="files", Key=name)


async def read(store: S3Blobs, key: BlobKey) -> bytes:
    return b"".join([piece async for piece in store.open(key)])


@pytest.mark.parametrize("data", [b"w", SMALL, LARGE[:PART], LARGE], ids=["byte", "small", "part", "large"])
async def test_what_is_kept_is_read_again_byte_for_byte(blobs: S3Blobs, data: bytes) -> None:
    blob = await blobs.keep(pieces_of(data), most=len(data))

    assert blob.sha256 == blob.key == hashlib.sha256(data).hexdigest()
    assert blob.size == await blobs.size(blob.key) == len(data)
    assert await read(blobs, blob.key) == data
    async with blobs.local(blob.key) as path:
        assert path.read_bytes() == data
    assert not path.exists()
    assert await names(blobs) == [f"aether/{blob.key[:2]}/{blob.key[2:4]}/{blob.key}"]


async def test_what_is_too_large_for_one_copy_is_copied_in_parts(
    blobs: S3Blobs, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(s3lib, "COPIED_AT_ONCE", PART)
    monkeypatch.setattr(s3lib, "COPIED_PART", 6 << 20)

    blob = await blobs.keep(pieces_of(LARGE), most=MUCH)

    assert await read(blobs, blob.key) == LARGE
    assert len(await names(blobs)) == 1


async def test_a_copy_in_parts_that_breaks_off_leaves_nothing(
    blobs: S3Blobs, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(s3lib, "COPIED_AT_ONCE", PART)
    monkeypatch.setattr(s3lib, "COPIED_PART", 1 << 20)  # too small for any part but the last

    with pytest.raises(StoreDown):
        await blobs.keep(pieces_of(LARGE), most=MUCH)

    assert await names(blobs) == []


async def test_the_same_bytes_are_kept_once_however_many_bring_them(blobs: S3Blobs) -> None:
    kept = await asyncio.gather(*(blobs.keep(pieces_of(LARGE), most=MUCH) for _ in range(4)))

    assert len(set(kept)) == 1
    assert len(await names(blobs)) == 1
    assert await read(blobs, kept[0].key) == LARGE


async def test_a_removed_blob_is_gone_and_can_be_removed_again(blobs: S3Blobs) -> None:
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


async def test_an_empty_stream_and_one_past_its_limit_are_refused_and_leave_nothing(blobs: S3Blobs) -> None:
    given = 0

    async def endless() -> AsyncIterator[bytes]:
        nonlocal given
        while True:
            given += 1
            yield bytes(65_536)

    with pytest.raises(FileEmpty):
        await blobs.keep(pieces_of(b""), most=MUCH)
    with pytest.raises(FileTooLarge, match="larger than 1,000 bytes"):
        await blobs.keep(pieces_of(SMALL), most=1_000)
    with pytest.raises(FileTooLarge):
        await blobs.keep(endless(), most=PART + 1)

    assert given <= PART // 65_536 + 2
    assert await names(blobs) == []


async def test_an_upload_that_breaks_off_leaves_nothing(blobs: S3Blobs) -> None:
    async def torn() -> AsyncIterator[bytes]:
        async for piece in pieces_of(LARGE):
            yield piece
        raise ConnectionResetError

    with pytest.raises(ConnectionResetError):
        await blobs.keep(torn(), most=MUCH)

    assert await names(blobs) == []


async def test_a_cancelled_upload_leaves_nothing_or_all(blobs: S3Blobs) -> None:
    whole, left = hashlib.sha256(LARGE).hexdigest(), [""]
    for moment in range(12):
        upload = asyncio.create_task(blobs.keep(pieces_of(LARGE), most=MUCH))
        await asyncio.sleep(moment * 0.02)
        upload.cancel()
        await asyncio.wait({upload})
        for _ in range(100):
            left = [name for name in await names(blobs) if not name.endswith(whole)]
            if not left:
                break
            await asyncio.sleep(0.05)

        assert left == []


async def test_what_crashes_left_is_swept_when_it_is_old(
    blobs: S3Blobs, monkeypatch: pytest.MonkeyPatch
) -> None:
    blob = await blobs.keep(pieces_of(SMALL), most=MUCH)
    left = {"Bucket": "files", "Key": "aether/incoming/begun"}
    await _Sending(blobs._client, left, {}).send(LARGE[:PART])
    copied = {"Bucket": "files", "Key": blobs._place(BlobKey("ab" * 32))}
    await _Sending(blobs._client, copied, {}).send(LARGE[:PART])
    elsewhere = {"Bucket": "files", "Key": "aether/direct/begun"}  # those last as long as is set
    await _Sending(blobs._client, elsewhere, {}).send(LARGE[:PART])
    await blobs._client.put_object(Bucket="files", Key="aether/incoming/left", Body=b"left")

    assert await blobs.sweep() == 0
    monkeypatch.setattr(s3lib, "LEFT_OVER", timedelta(days=-1))
    assert await blobs.sweep() == 3

    place = f"aether/{blob.key[:2]}/{blob.key[2:4]}/{blob.key}"
    assert await names(blobs) == [place, "begun: aether/direct/begun"]


async def test_encryption_is_asked_for_with_every_object(
    server: tuple[Supervisor, int, Path], blobs: S3Blobs
) -> None:
    asked: list[tuple[str, str | None]] = []

    def note(request: Any, **_: object) -> None:
        asked.append((request.method, request.headers.get("x-amz-server-side-encryption")))

    async with opened(bucket(server[1], encryption="AES256")) as encrypted:
        encrypted._client.meta.events.register("before-sign.s3.PutObject", note)
        encrypted._client.meta.events.register("before-sign.s3.CreateMultipartUpload", note)
        encrypted._client.meta.events.register("before-sign.s3.CopyObject", note)
        for data in (SMALL, LARGE):
            try:
                await encrypted.keep(pieces_of(data), most=MUCH)
            except StoreDown:
                assert asked  # this store may not know how, but it was asked

    assert {how for _, how in asked} == {"AES256"}
    assert len(asked) >= 2
    await blobs.ping()


async def test_a_bucket_that_is_not_there_or_not_ours_is_down(server: tuple[Supervisor, int, Path]) -> None:
    _, port, _ = server
    for wrong in (bucket(port, "nothing"), bucket(port, secret_key="wrong"), bucket(free_port())):
        async with opened(wrong) as store:
            with pytest.raises((StoreDown, BlobMissing)):
                await store.ping()
            with pytest.raises(StoreDown):
                await store.keep(pieces_of(SMALL), most=MUCH)


async def test_a_store_that_is_killed_in_the_middle_is_down_until_it_is_back(
    server: tuple[Supervisor, int, Path], blobs: S3Blobs
) -> None:
    supervisor, _, _ = server
    sent = asyncio.Event()

    async def slow() -> AsyncIterator[bytes]:
        for start in range(0, len(LARGE), 65_536):
            if start > PART:
                sent.set()
                await asyncio.sleep(0.02)
            yield LARGE[start : start + 65_536]

    keeping = asyncio.create_task(blobs.keep(slow(), most=MUCH))
    await sent.wait()
    os.kill(pid := supervisor.pids()["s3"], signal.SIGKILL)
    (outcome,) = await asyncio.gather(keeping, return_exceptions=True)
    await until(lambda: supervisor.pids().get("s3", pid) != pid)

    if isinstance(outcome, BaseException):  # or it was asked again for long enough
        assert isinstance(outcome, StoreDown)
        outcome = await blobs.keep(pieces_of(LARGE), most=MUCH)
    assert await read(blobs, outcome.key) == LARGE


async def test_everything_works_on_it(
    server: tuple[Supervisor, int, Path], tmp_path: Path, monkeypatch: pytest.MonkeyPatch, blobs: S3Blobs
) -> None:
    _, port, _ = server
    told = {"BUCKET": "files", "URL": f"http://127.0.0.1:{port}", "ACCESS_KEY": s3.ACCESS}
    for name, value in {**told, "SECRET_KEY": s3.SECRET, "PREFIX": "whole"}.items():
        monkeypatch.setenv(f"AETHER_S3_{name}", value)

    async with ups.up(tmp_path / "data", "--empty") as running:
        (tmp_path / "Salmon.txt").write_text("The salmon leaps up the weir.")
        code, said, complaints = await ups.said(
            *("import", str(tmp_path / "Salmon.txt"), "--notebook", "Fish", "--url", running.url)
        )
        assert code == 0, said + complaints
        _, found, _ = await ups.said("search", "salmon", "--url", running.url)

    assert "Salmon.txt" in found
    assert not any((tmp_path / "data" / "blobs").rglob("*"))
    assert len([name for name in await names(blobs) if name.startswith("whole/")]) >= 2


async def test_blobs_are_listed_page_by_page_with_when_they_came(
    blobs: S3Blobs, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("aether.adapters.s3.blobs.LISTED", 2)
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


async def test_only_old_bytes_are_removed_if_that_is_asked_for(blobs: S3Blobs) -> None:
    blob = await blobs.keep(pieces_of(b"young"), most=100)
    now = datetime.now(UTC)

    assert not await blobs.remove(blob.key, before=now - timedelta(minutes=1))
    assert await read(blobs, blob.key) == b"young"
    assert await blobs.remove(blob.key, before=now + timedelta(minutes=1))
    assert await blobs.remove(blob.key, before=now + timedelta(minutes=1))
    with pytest.raises(BlobMissing):
        await blobs.size(blob.key)


async def test_a_part_of_a_blob_is_a_slice_of_it(blobs: S3Blobs) -> None:
    blob = await blobs.keep(pieces_of(SMALL), most=MUCH)

    for part in (range(1), range(70_000, 70_001), range(65_536, 300_000), range(blob.size - 9, blob.size)):
        pieces = [piece async for piece in blobs.open(blob.key, part)]
        assert b"".join(pieces) == SMALL[part.start : part.stop]
        assert max(map(len, pieces)) <= PIECE
    with pytest.raises(BlobMissing):
        await anext(blobs.open(BlobKey("0" * 64), range(1)))
