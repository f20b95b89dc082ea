"""Files to import: found in folders, hashed and read without holding up anything else.

Hidden files and folders are passed over, and so is what is neither file nor folder. Links
below what was named are not followed.
"""

import asyncio
import hashlib
from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass
from pathlib import Path

PIECE = 1 << 18
"""How much is read at a time, in bytes."""


class PathMissing(Exception): ...


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

    async def pieces(self, on_sent: Callable[[int], None]) -> AsyncIterator[bytes]:
        """Its bytes.

        Args:
            on_sent: Told before each piece how many bytes were taken away.

        Raises:
            Declined: It is no longer as large as it was.
        """

    def _digest(self) -> str:
        with self.path.open("rb") as file:
            return hashlib.file_digest(file, "sha256").hexdigest()
