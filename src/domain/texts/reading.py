"""Reading: the port through which a file becomes a text."""

from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Protocol

from aether.domain.errors import Unavailable
from aether.domain.texts.extracted import Extracted


class ReaderDown(Unavailable):
    """The file was not read, for no fault of its own."""

    code = "READER_DOWN"


Progress = Callable[[int, int], Awaitable[None]]
"""Told how many pages are done, of how many."""


class Reader(Protocol):
    """What reads files."""

    async def read(
        self, path: Path, *, name: str, content_type: str | None, on_progress: Progress | None = None
    ) -> Extracted:
        """What the file at *path* says.

        The bytes decide what it is; *name* and *content_type*, as its sender gave them, only
        where bytes cannot (Markdown is text), or to refuse what cannot have been meant.
        Cancelling it ends the work at once.

        Raises:
            FileEmpty: There are no bytes.
            FileUnreadable: There is no text to be had; the class tells why.
            ReaderDown: It could not be read now, for no fault of its own.
        """
        ...
