"""Processing elsewhere: a service that reads files we do not, and says so when it is done.

A file is handed in under a key, the id of the job, and handing it in twice does it once. The
service reports by messages, which may come late, twice or out of order, and answers when asked:
whatever comes first counts, and a report never goes back behind one that was noted before.
"""

import asyncio
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass
from enum import IntEnum, StrEnum
from pathlib import Path
from typing import NewType, Protocol

from aether.domain.errors import Refused, Unavailable
from aether.domain.texts import Extracted, FileTooComplex, FileUnreadable, Progress

ProcessingId = NewType("ProcessingId", str)
"""Names a file at the service, as the service gave it out."""

HEARD_EVERY_S = 0.25
"""How often it is looked whether a message came, in seconds."""


class ProcessorDown(Unavailable):
    """The service does not answer, or not as it should."""

    code = "PROCESSOR_DOWN"

    def __init__(self, *, retry_after_s: float | None = None) -> None:
        super().__init__(
            "The document processor does not answer; the file is read once it does.",
            retry_after_s=retry_after_s,
        )


class ProcessingFailed(FileUnreadable):
    """The service took the file, and could not read it."""

    code = "PROCESSING_FAILED"

    def __init__(self, reason: str) -> None:
        super().__init__(f"The document processor cannot read the file: {reason}")


class Sent(StrEnum):
    """Which files are handed in."""

    UNREADABLE = "unreadable"
    ALL = "all"


class Phase(IntEnum):
    """Where a file is in its life at the service; the higher the later."""

    SUBMITTED = 0
    STARTED = 1
    PROGRESSED = 2
    OVER = 3


class Noted(StrEnum):
    """What became of a report."""

    NEW = "new"
    OLD = "old"
    UNKNOWN = "unknown"


@dataclass(frozen=True, slots=True, kw_only=True)
class Report:
    """How a file fares at the service.

    Attributes:
        progress: How much is done, from 0 to 100.
        result: What was read, packed as `Extracted.packed` does; none before the end, or after a failure.
        failure: Why nothing was read, fit to show; none if that is not so.
    """

    phase: Phase
    progress: int = 0
    result: Mapping[str, object] | None = None
    failure: str | None = None

    @property
    def rank(self) -> int:
        """The later of two reports has the higher rank."""
        return self.phase * 1000 + (0 if self.phase is Phase.OVER else self.progress)


class Reports(Protocol):
    """Where the reports of the service are noted, for whoever waits for them."""

    async def expect(self, id: ProcessingId, *, key: str) -> None:
        """Wait for reports on *id*, which was handed in under *key*."""
        ...

    async def begun(self, key: str) -> ProcessingId | None:
        """What was handed in under *key* and is still waited for; none if nothing is."""
        ...

    async def note(self, id: ProcessingId, report: Report) -> Noted:
        """Note *report*, unless a later one is noted, or nobody ever waited for one."""
        ...

    async def latest(self, id: ProcessingId) -> Report | None:
        """The latest report on *id*."""
        ...

    async def close(self, key: str) -> None:
        """Wait no longer for what was handed in under *key*; what is reported yet is old."""
        ...


class DocumentProcessor(Protocol):
    """The service."""

    async def submit(self, path: Path, *, name: str, content_type: str | None, key: str) -> ProcessingId:
        """Hand the file at *path* in; twice under one *key* does it once.

        Raises:
            FileUnreadable: The service does not take it.
            ProcessorDown: It does not answer.
        """
        ...

    async def look(self, id: ProcessingId) -> Report:
        """How *id* fares.

        Raises:
            ProcessingFailed: The service knows nothing of it.
            FileTooComplex: What was read is too much.
            ProcessorDown: It does not answer.
        """
        ...

    async def cancel(self, id: ProcessingId) -> None:
        """Have the service stop; whether it does is of no matter to us."""
        ...


class Processing:
    """Has files read by the service.

    Args:
        processor: The service.
        reports: Where its messages are noted.
        sent: Which files are handed in.
        asked_every_s: How often the service is asked although no message came, in seconds.
        deadline_s: How long one file may take, in seconds.
    """

    def __init__(
        self,
        processor: DocumentProcessor,
        reports: Reports,
        *,
        sent: Sent = Sent.UNREADABLE,
        asked_every_s: float = 15.0,
        deadline_s: float = 3600.0,
    ) -> None:
        self._processor = processor
        self._reports = reports
        self._asked_every_s = asked_every_s
        self._deadline_s = deadline_s
        self.sent = sent

    async def read(
        self,
        path: Path,
        *,
        name: str,
        content_type: str | None,
        key: str,
        on_progress: Progress | None = None,
    ) -> Extracted:
        """What the file at *path* says; goes on with what was handed in under *key* before.

        Raises:
            FileUnreadable: There is no text to be had.
            ProcessorDown: The service does not answer; what it does meanwhile is not lost.
        """
        id = await self._reports.begun(key)
        if id is None:
            id = await self._processor.submit(path, name=name, content_type=content_type, key=key)
            await self._reports.expect(id, key=key)
        try:
            async with asyncio.timeout(self._deadline_s):
                report = await self._over(id, on_progress)
        except TimeoutError:
            await self.cancel(key)
            raise FileTooComplex(f"Processing takes longer than {self._deadline_s:g} seconds.") from None
        except Refused:
            await self._reports.close(key)
            raise
        await self._reports.close(key)
        if report.result is None:
            raise ProcessingFailed(report.failure or "it does not say why.")
        return Extracted.unpacked(report.result)

    async def cancel(self, key: str) -> None:
        """Have nobody read what was handed in under *key*, if anything was."""
        if (id := await self._reports.begun(key)) is not None:
            await self._processor.cancel(id)
            await self._reports.close(key)

    async def _over(self, id: ProcessingId, on_progress: Progress | None) -> Report:
        """The last report on *id*, by a message, or because it was asked for."""
        loop = asyncio.get_running_loop()
        asking_at, told = loop.time() + self._asked_every_s, 0
        while True:
            known = await self._reports.latest(id)
            if loop.time() >= asking_at and (known is None or known.phase is not Phase.OVER):
                await self._reports.note(id, await self._processor.look(id))
                known, asking_at = await self._reports.latest(id), loop.time() + self._asked_every_s
            if known is not None and known.phase is Phase.OVER:
                return known
            if known is not None and on_progress is not None and known.progress > told:
                told = known.progress
                with suppress(Unavailable):
                    await on_progress(told, 100)
            await asyncio.sleep(HEARD_EVERY_S)
