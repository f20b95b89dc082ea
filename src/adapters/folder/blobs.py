"""Blobs in a folder: `aa/bb/<sha256>`, so that no directory grows too long.

A blob is written under another name in `incoming/`, flushed to the disk, and then renamed into its
place, which is one step: nobody ever sees half of one. Whoever writes holds a lock on what is
written, so what a crash left behind is what nobody holds, and is swept at the next start.
"""

import asyncio
import errno
import fcntl
import hashlib
import os
import secrets
import sys
from collections.abc import AsyncIterator, Callable, Iterator, Mapping
from contextlib import asynccontextmanager, contextmanager, suppress
from datetime import UTC, datetime
from io import FileIO
from pathlib import Path
from typing import ParamSpec, TypeVar

from typing_extensions import override

from aether.domain.blobs import (
    PIECE,
    Blob,
    BlobKey,
    BlobMissing,
    Blobs,
    FileEmpty,
    FileTooLarge,
    StoreDown,
    StoreFull,
    key_of,
)

P = ParamSpec("P")
T = TypeVar("T")

GATHERED = 16 * PIECE
"""How much is gathered before it goes to the disk, in bytes."""

LISTED = 1_000
"""How many blobs are listed at a time, or a few more."""

_FULL = {errno.ENOSPC, errno.EDQUOT, errno.EFBIG}


class FolderBlobs(Blobs):
    """Blobs in the folder *root*."""

    def __init__(self, root: Path) -> None:
        self._root = root
        self._incoming = root / "incoming"

    def prepare(self) -> int:
        """Make the folder, and sweep what crashes left there. Safe while others write.

        Returns:
            How many unfinished files were swept.

        Raises:
            StoreDown: The folder cannot be made or written to.
        """
        with _told():
            self._incoming.mkdir(parents=True, exist_ok=True)
            return sum(_swept(path) for path in self._incoming.iterdir())

    @override
    async def keep(self, stream: AsyncIterator[bytes], *, most: int) -> Blob:
        arriving = _Arriving(self._incoming, most)
        try:
            gathered = bytearray()
            async for piece in stream:
                gathered += piece
                if len(gathered) >= GATHERED:
                    await apart(arriving.write, gathered)
                    gathered = bytearray()
            await apart(arriving.write, gathered)
            return await apart(arriving.settle, self._root)
        finally:
            await apart(arriving.discard)

    @override
    async def open(self, key: BlobKey, part: range | None = None) -> AsyncIterator[bytes]:
        path, left = self._path(key), sys.maxsize if part is None else len(part)
        with await apart(_known, lambda: path.open("rb", buffering=0)) as file:
            if part is not None:
                await apart(file.seek, part.start)
            while piece := await apart(file.read, min(PIECE, left)):
                left -= len(piece)
                yield piece

    @override
    @asynccontextmanager
    async def local(self, key: BlobKey) -> AsyncIterator[Path]:
        await self.size(key)
        yield self._path(key)

    @override
    async def size(self, key: BlobKey) -> int:
        return (await apart(_known, self._path(key).stat)).st_size

    @override
    async def remove(self, key: BlobKey, *, before: datetime | None = None) -> bool:
        path = self._path(key)
        if before is None:
            await apart(path.unlink, missing_ok=True)
            return True
        return await apart(_removed, path, self._incoming, before.timestamp())

    @override
    async def listed(
        self, *, after: BlobKey | None = None
    ) -> tuple[Mapping[BlobKey, datetime], BlobKey | None]:
        return await apart(_listed, self._root, after or "")

    @override
    async def ping(self) -> None:
        await apart(self.prepare)

    @override
    async def sweep(self) -> int:
        return await apart(self.prepare)

    def _path(self, key: str) -> Path:
        return place_of(self._root, key_of(key))


class _Arriving:
    """A blob on its way: all of it in one file that nobody else knows."""

    def __init__(self, folder: Path, most: int) -> None:
        self._folder = folder
        self._most = most
        self._size = 0
        self._hash = hashlib.sha256()
        self._open: tuple[Path, FileIO] | None = None

    def write(self, piece: bytearray) -> None:
        """Append *piece*. The first one makes the file."""
        if not piece:
            return
        self._size += len(piece)
        if self._size > self._most:
            raise FileTooLarge(self._most)
        self._hash.update(piece)
        self._open = self._open or _fresh(self._folder)
        rest = memoryview(piece)
        while rest:
            rest = rest[self._open[1].write(rest) :]

    def settle(self, root: Path) -> Blob:
        """Give the file its place under *root*, when the disk has all of it."""
        if not self._open:
            raise FileEmpty
        path, file = self._open
        os.fsync(file.fileno())
        key = BlobKey(self._hash.hexdigest())
        place = place_of(root, key)
        place.parent.mkdir(parents=True, exist_ok=True)
        path.replace(place)
        for folder in (place.parent, place.parent.parent, root):
            flush(folder)
        return Blob(key=key, size=self._size, sha256=key)

    def discard(self) -> None:
        """Leave nothing behind but a blob that has its place."""
        if self._open:
            path, file = self._open
            path.unlink(missing_ok=True)
            file.close()


def place_of(root: Path, key: BlobKey) -> Path:
    """Where the blob lies in the folder *root*."""
    return root / key[:2] / key[2:4] / key


def _fresh(folder: Path) -> tuple[Path, FileIO]:
    """A new file, locked. Until it is, a sweep may take it for a leftover: then make another."""
    folder.mkdir(parents=True, exist_ok=True)
    while True:
        path = folder / secrets.token_hex(16)
        file = path.open("xb", buffering=0)
        fcntl.flock(file, fcntl.LOCK_EX)
        if path.exists():
            return path, file
        file.close()


def _listed(root: Path, after: str) -> tuple[Mapping[BlobKey, datetime], BlobKey | None]:
    """The blobs behind *after*, a folder at a time until they are enough."""
    found: dict[BlobKey, datetime] = {}
    for folder in _behind(root, after):
        for path in sorted(folder.iterdir()):
            if path.name > after:
                with suppress(FileNotFoundError):
                    found[key_of(path.name)] = datetime.fromtimestamp(path.stat().st_mtime, UTC)
        if len(found) >= LISTED:
            return found, max(found)
    return found, None


def _behind(root: Path, after: str) -> Iterator[Path]:
    """The folders with the blob *after* and all behind it, in order."""
    for above in sorted(root.glob("[0-9a-f][0-9a-f]")):
        if above.name >= after[:2]:
            for folder in sorted(above.iterdir()):
                if above.name + folder.name >= after[:4]:
                    yield folder


def _removed(path: Path, aside: Path, before: float) -> bool:
    """Remove an old blob, moved away first: whoever brings its bytes right now puts them in its place."""
    gone = aside / secrets.token_hex(16)
    try:
        with path.open("rb") as old:
            fcntl.flock(old, fcntl.LOCK_EX)
            if os.fstat(old.fileno()).st_mtime >= before:
                return False
            path.rename(gone)
            if gone.stat().st_mtime >= before:  # they came before it was moved, and go back
                gone.replace(path)
                return False
            gone.unlink()
    except FileNotFoundError:
        return True
    return True


def _swept(path: Path) -> bool:
    """Remove an unfinished file, unless somebody is at it."""
    try:
        with path.open("rb") as file:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
            path.unlink()
    except (BlockingIOError, FileNotFoundError):
        return False
    return True


def flush(folder: Path) -> None:
    """Have the disk know what is in *folder*."""
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


def _known(call: Callable[[], T]) -> T:
    """What *call* finds out about a blob."""
    try:
        return call()
    except FileNotFoundError:
        raise BlobMissing from None


@contextmanager
def _told() -> Iterator[None]:
    """What the disk's errors mean to Aether."""
    try:
        yield
    except OSError as error:
        if error.errno in _FULL:
            raise StoreFull("The blob store is full.") from error
        raise StoreDown("The blob store does not answer.") from error


async def apart(call: Callable[P, T], *args: P.args, **kwargs: P.kwargs) -> T:
    """Run *call* in a thread. If we are cancelled it is seen through first: two may not share a file."""

    def told() -> T:
        with _told():
            return call(*args, **kwargs)

    running = asyncio.create_task(asyncio.to_thread(told))
    try:
        return await asyncio.shield(running)
    except asyncio.CancelledError:
        while not running.done():
            with suppress(asyncio.CancelledError):
                await asyncio.wait({running})
        raise
