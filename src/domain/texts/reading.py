"""Reading: the port through which a file becomes a text.

A long file is read in stretches of pages. Whoever keeps them may have a later reading go on behind them:
its text is the same, to the letter, as that of a reading that nothing broke off.
"""

from collections.abc import AsyncIterator, Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Protocol, Self

from aether.domain.errors import Unavailable
from aether.domain.texts.extracted import Extracted


class ReaderDown(Unavailable):
    """The file was not read, for no fault of its own."""

    code = "READER_DOWN"


Progress = Callable[[int, int], Awaitable[None]]
"""Told how many pages are done, of how many."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Stretch:
    """Pages that were read one after the other, before the rest is.

    Attributes:
        since: How many pages come before it.
        until: How many pages are done with it.
        of: How many pages the file has.
        content: What the pages say, in JSON values that only a reader understands.
    """

    since: int
    until: int
    of: int
    content: Any

    def packed(self) -> dict[str, Any]:
        """This as JSON values."""
        return {"since": self.since, "until": self.until, "of": self.of, "content": self.content}

    @classmethod
    def unpacked(cls, row: Mapping[str, Any]) -> Self:
        """What `packed` packed."""
        return cls(since=row["since"], until=row["until"], of=row["of"], content=row["content"])


@dataclass(frozen=True, slots=True, kw_only=True)
class Member:
    """A file within a file.

    Attributes:
        path: The folders it lies in and its name, parted by slashes; never a way out of them.
        name: Its name alone, fit to be shown.
    """

    path: str
    name: str


class MemberSpoiled(Exception):
    """The bytes of a member ended in damage, so that it counts for nothing; its reader has noted it."""


OnMember = Callable[[Member, AsyncIterator[bytes]], Awaitable[None]]
"""Given each file within a file, whose bytes raise `MemberSpoiled` where they are damaged."""

OnStretch = Callable[[Stretch], Awaitable[None]]
"""Given each stretch of pages as soon as it is read, in order and without gaps."""


class Reader(Protocol):
    """What reads files."""

    async def read(
        self,
        path: Path,
        *,
        name: str,
        content_type: str | None,
        on_progress: Progress | None = None,
        read_before: Sequence[Stretch] = (),
        on_stretch: OnStretch | None = None,
        on_member: OnMember | None = None,
    ) -> Extracted:
        """What the file at *path* says, all of it.

        The bytes decide what it is; *name* and *content_type*, as its sender gave them, only
        where bytes cannot (Markdown is text), or to refuse what cannot have been meant.
        Cancelling it ends the work at once.

        *read_before* are the stretches of an earlier reading of the same bytes, in order from the
        first page on: the pages in them are not read again. Those of another version of the reader,
        or behind a gap, count for nothing. Formats whose pages cost little give no stretches.

        *on_member* gets what archives and mail carry, in the order in which it lies there; what it got
        counts for nothing if the reading ends in a refusal. What is left out is told in the metadata.

        Raises:
            FileEmpty: There are no bytes.
            FileUnreadable: There is no text to be had; the class tells why.
            ReaderDown: It could not be read now, for no fault of its own.
        """
        ...
