"""Previews in a folder of bounded size, of which those go first that nobody asked for longest."""

import hashlib
import os
import secrets
from contextlib import suppress
from pathlib import Path

from typing_extensions import override

from aether.adapters.folder.blobs import apart
from aether.domain.previews import Previews

BYTES_MOST = 512 * 10**6
KEPT = 0.8
"""How much of it is kept when it is full."""
SWEPT_EVERY = 64
"""After how many previews it is measured."""


class FolderPreviews(Previews):
    """Previews in the folder *root*, which may be removed at any time.

    Args:
        most: How many bytes they may have together, roughly.
    """

    def __init__(self, root: Path, *, most: int = BYTES_MOST) -> None:
        self._root = root
        self._most = most
        self._put = 0

    @override
    async def get(self, name: str) -> bytes | None:
        return await apart(self._read, self._path(name))

    @override
    async def put(self, name: str, data: bytes) -> None:
        await apart(self._write, self._path(name), data)

    def _path(self, name: str) -> Path:
        digest = hashlib.sha256(name.encode()).hexdigest()
        return self._root / digest[:2] / digest

    def _read(self, path: Path) -> bytes | None:
        with suppress(OSError):
            data = path.read_bytes()
            os.utime(path)
            return data
        return None

    def _write(self, path: Path, data: bytes) -> None:
        with suppress(OSError):
            path.parent.mkdir(parents=True, exist_ok=True)
            arriving = path.with_name(f".{secrets.token_hex(8)}")
            try:
                arriving.write_bytes(data)
                arriving.replace(path)
            finally:
                arriving.unlink(missing_ok=True)
        if self._put % SWEPT_EVERY == 0:
            with suppress(OSError):
                self._sweep()
        self._put += 1

    def _sweep(self) -> None:
        """Remove what nobody asked for longest, if all together is too much."""
        kept = sorted((told.st_mtime, told.st_size, path) for path, told in self._files())
        room = sum(size for _, size, _ in kept)
        if room <= self._most:
            return
        for _, size, path in kept:
            if room <= KEPT * self._most:
                return
            path.unlink(missing_ok=True)
            room -= size

    def _files(self) -> list[tuple[Path, os.stat_result]]:
        found = []
        for path in self._root.glob("*/*"):
            with suppress(OSError):
                found.append((path, path.stat()))
        return found
