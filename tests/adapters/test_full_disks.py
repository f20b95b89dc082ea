"""A disk that is full: what does not fit is refused by name, and all goes on when there is room."""

# ruff: noqa: F811 - a test names the fixtures that it asks for

import hashlib
import random
from collections.abc import Iterator
from pathlib import Path

import pytest

from aether.adapters.folder.blobs import FolderBlobs
from aether.adapters.folder.previews import FolderPreviews
from aether.adapters.folder.staging import FolderStaging
from aether.domain.blobs import StoreFull, pieces_of
from aether.domain.uploads import Checksum, UploadId
from tests.adapters.test_file_doors import behind, names, refusal
from tests.graphql.conftest import (  # noqa: F401 - pytest finds them by their names
    ada,
    ben,
    beside,
    eve,
    here,
    house,
    mallory,
    nobody,
    pytest_generate_tests,
    vera,
)
from tests.graphql.house import Caller
from tests.servers import disks
from tests.servers.disks import filled

DATA = random.Random(5).randbytes(900_000)
ONE = UploadId(f"upload_{1:026}")


@pytest.fixture
def disk(tmp_path: Path) -> Iterator[Path]:
    """A disk with a megabyte of room."""
    try:
        with disks.small(tmp_path / "disk") as mounted:
            yield mounted
    except disks.NotToBeHad as why:
        pytest.skip(f"NO FULL DISK: {why}")


def files(folder: Path) -> list[Path]:
    return [path for path in folder.rglob("*") if path.is_file()]


async def test_an_upload_in_one_piece_is_refused_and_goes_through_when_there_is_room(
    ada: Caller, disk: Path
) -> None:
    notebook = await ada.notebook()
    store = FolderBlobs(disk / "blobs")
    store.prepare()
    filler = filled(disk, but=300_000)
    async with await behind(ada, blobs=store, most=10**6) as doors:
        url = f"/upload?notebook={notebook}&name=a.bin"

        assert refusal(await doors.put(url, content=DATA)) == (503, "STORE_FULL")
        assert await names(ada, notebook) == []
        assert files(disk / "blobs") == []
        filler.unlink()
        assert (await doors.put(url, content=DATA)).status_code == 202

    assert await names(ada, notebook) == ["a.bin"]
    assert [path.read_bytes() for path in files(disk / "blobs")] == [DATA]


async def test_what_fitted_of_an_upload_stays_and_the_rest_follows(disk: Path) -> None:
    staging = FolderStaging(disk / "staging", blobs=disk / "blobs")
    filler = filled(disk, but=300_000)

    with pytest.raises(StoreFull):
        await staging.append(ONE, pieces_of(DATA), at=0)

    kept = await staging.size(ONE)
    assert 0 < kept < 300_000
    filler.unlink()
    assert await staging.append(ONE, pieces_of(DATA[kept:]), at=kept) == len(DATA)
    blob = await staging.settle(ONE)
    assert blob.sha256 == hashlib.sha256(DATA).hexdigest()
    await staging.remove([ONE])
    assert files(disk) == [disk / "blobs" / blob.key[:2] / blob.key[2:4] / blob.key]


@pytest.mark.parametrize("room", [300_000, 600_000], ids=["aside", "twice"])
async def test_of_a_checked_piece_that_does_not_fit_nothing_is_kept(disk: Path, room: int) -> None:
    staging, piece = FolderStaging(disk / "staging", blobs=disk / "blobs"), DATA[:400_000]
    checksum = Checksum.new("sha256", hashlib.sha256(piece).digest())
    await staging.append(ONE, pieces_of(b"The Elbe. "), at=0)
    filler = filled(disk, but=room)

    with pytest.raises(StoreFull):
        await staging.append(ONE, pieces_of(piece), at=10, checksum=checksum)

    assert await staging.size(ONE) == 10
    assert set(files(disk)) == {filler, disk / "staging" / ONE}
    filler.unlink()
    assert await staging.append(ONE, pieces_of(piece), at=10, checksum=checksum) == 400_010


async def test_a_picture_that_cannot_be_kept_is_shown_all_the_same(disk: Path) -> None:
    previews = FolderPreviews(disk / "previews")
    filler = filled(disk)

    await previews.put("page", DATA)

    assert await previews.get("page") is None
    assert files(disk) == [filler]
    filler.unlink()
    await previews.put("page", DATA)
    assert await previews.get("page") == DATA


async def test_pictures_never_take_more_room_than_they_may_for_long(tmp_path: Path) -> None:
    previews = FolderPreviews(tmp_path, most=50_000)

    for number in range(200):
        await previews.put(str(number), DATA[:1_000])

    assert sum(path.stat().st_size for path in files(tmp_path)) <= 50_000 + 64 * 1_000
    assert await previews.get("199") == DATA[:1_000]
    assert await previews.get("0") is None
