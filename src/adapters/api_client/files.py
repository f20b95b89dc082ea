"""Files to import, found in folders and read without holding up anything else.

Hidden files and folders are passed over, and so is what is neither file nor folder. Links
below what was named are not followed.
"""

import asyncio
import hashlib
import os
from collections.abc import AsyncIterator, Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from aether.adapters.api_client.client import Declined
from aether.domain.errors import Missing

PIECE = 1 << 18
"""How much is read at a time, in bytes."""


@dataclass(frozen=True, slots=True, kw_only=True)
class File:
    """A file to import.

    Attributes:
        folders: The folders it lies in, from below what was named down.
        size: Its size in bytes when it was found.
    """

    path: Path
    folders: tuple[str, ...]
    size: int

    async def sha256(self) -> str:
        """The SHA-256 of its bytes, in hexadecimal."""
        return await asyncio.to_thread(self._digest)

    async def pieces(self, sent: Callable[[int], None]) -> AsyncIterator[bytes]:
        """Its bytes; *sent* is told, before each piece, how many were taken before it.

        Raises:
            Declined: It is no longer as large as it was.
        """
        with await asyncio.to_thread(self.path.open, "rb") as file:
            for begin in range(0, self.size, PIECE):
                piece = await asyncio.to_thread(file.read, PIECE)
                if os.fstat(file.fileno()).st_size != self.size:
                    raise Declined("FILE_CHANGED", "It changed while it was sent; nothing of it was kept.")
                sent(begin)
                yield piece

    def _digest(self) -> str:
        with self.path.open("rb") as file:
            return hashlib.file_digest(file, "sha256").hexdigest()


def found(paths: Sequence[Path]) -> list[File]:
    """The files that *paths* name or hold, each once, folder by folder, sorted by name.

    Raises:
        Missing: There is nothing at one of the paths.
        PermissionError: A folder may not be read.
    """
    return list(dict.fromkeys(file for path in paths for file in _at(path)))


def _at(path: Path) -> Iterator[File]:
    if path.is_dir():
        yield from _below(path, ())
    elif path.is_file():
        yield File(path=path, folders=(), size=path.stat().st_size)
    else:
        raise Missing(f"There is no file or folder {path}.")


def _below(folder: Path, folders: tuple[str, ...]) -> Iterator[File]:
    with os.scandir(folder) as entries:
        ordered = sorted(entries, key=lambda entry: entry.name)
    for entry in ordered:
        if entry.name.startswith("."):
            continue
        if entry.is_dir(follow_symlinks=False):
            yield from _below(Path(entry), (*folders, entry.name))
        elif entry.is_file(follow_symlinks=False):
            yield File(path=Path(entry), folders=folders, size=entry.stat().st_size)
