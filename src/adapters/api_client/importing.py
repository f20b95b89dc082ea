"""Importing: files and their folders become documents in notebooks.

What is there already, by its bytes and its name in its notebook, is not sent again, so an
import that was cut off goes on where it stopped when it is run once more. Nothing is noted
on this side: Aether itself is asked what it has.
"""

import asyncio
import time
from collections import defaultdict
from collections.abc import Awaitable, Callable, Iterator, Mapping, Sequence
from contextlib import aclosing, suppress
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any, Protocol, TypeVar

from aether.adapters.api_client import notebooks, operations
from aether.adapters.api_client.client import Away, Client, Declined, patiently
from aether.adapters.api_client.files import File
from aether.adapters.api_client.live import Live, Lost
from aether.domain.documents import filename
from aether.domain.errors import Invalid
from aether.domain.jobs import Failure, JobStatus

FOLLOWED_MOST = 32
"""How many files are followed at a time; the others wait for their turn, as they do in Aether."""
PATIENCE_S = 120.0
"""How long one step may wait for an Aether that is away, in seconds."""
POLL_S = 1.0

T = TypeVar("T")


class Outcome(StrEnum):
    """What became of a file."""

    READY = "ready"
    THERE = "already there"
    FAILED = "failed"


class Watcher(Protocol):
    """Whoever watches an import."""

    def begin(self, files: Sequence[File]) -> None:
        """These are going to be imported."""
        ...

    def sent(self, file: File, count: int) -> None:
        """So many bytes of the file are sent, counted from its beginning."""
        ...

    def staged(self, file: File, stage: str, progress: int) -> None:
        """The file is being processed; *progress* is from 0 to 100."""
        ...

    def ended(self, file: File, outcome: Outcome) -> None:
        """Nothing more will happen to the file."""
        ...

    def wait(self, reason: str, seconds: float) -> None:
        """Aether is away, and is asked again after a while."""
        ...


@dataclass(slots=True, kw_only=True)
class Home:
    """A notebook that files are brought into.

    Attributes:
        documents: What lies in it, by name.
        sent: The names under which this import has sent files; what became of them has to be asked.
        turns: Files of one name go one after the other.
    """

    id: str
    documents: Mapping[str, Sequence[Mapping[str, Any]]]
    sent: set[str] = field(default_factory=set)
    turns: defaultdict[str, asyncio.Lock] = field(default_factory=lambda: defaultdict(asyncio.Lock))


class Import:
    """One import.

    Attributes:
        outcomes: What became of each file so far.
        failures: Why some failed.
    """

    def __init__(
        self, client: Client, live: Live, watcher: Watcher, *, patience_s: float = PATIENCE_S
    ) -> None:
        self.outcomes: dict[File, Outcome] = {}
        self.failures: dict[File, Failure] = {}
        self._client = client
        self._live = live
        self._watcher = watcher
        self._patience_s = patience_s
        self._homes: dict[tuple[str, ...], Home] = {}
        self._settling = asyncio.Lock()
        self._following = asyncio.Semaphore(FOLLOWED_MOST)
        self._waiting_until = 0.0

    async def run(self, files: Sequence[File], *, notebook: str, jobs: int) -> None:
        """Bring *files* into the notebook of this name, which is made if it is missing.

        Args:
            files: What to bring.
            notebook: Its name, or its id.
            jobs: How many files are sent at a time.

        Raises:
            AetherError: It cannot go on; what is done stays done.
        """
        self._watcher.begin(files)
        self._homes[()] = await self._patiently(lambda: self._top(notebook))
        waiting = iter(files)
        try:
            async with asyncio.TaskGroup() as group:
                for _ in range(jobs):
                    group.create_task(self._bring(waiting, group))
        except ExceptionGroup as several:
            raise several.exceptions[0] from None

    async def _bring(self, waiting: Iterator[File], group: asyncio.TaskGroup) -> None:
        for file in waiting:
            job = await self._tried(file, self._taken(file))
            if job is not None:
                group.create_task(self._tried(file, self._follow(file, job)))

    async def _tried(self, file: File, doing: Awaitable[T]) -> T | None:
        """What *doing* gives; none if this file failed, which is no reason to stop."""
        try:
            return await doing
        except Away as away:
            await self._client.ask(operations.ANYTHING)
            failure = away.failure
        except Declined as declined:
            failure = declined.failure
        except Invalid as invalid:
            failure = Failure(code=invalid.code, message=invalid.message)
        except OSError as error:
            failure = Failure(code="FILE_NOT_READ", message=f"{error.strerror or error}.")
        self.failures[file] = failure
        self._end(file, Outcome.FAILED)
        return None

    async def _taken(self, file: File) -> str | None:
        """The job that processes *file*; none if it is there and done."""
        home = await self._home(file.folders)
        return await self._patiently(lambda: self._sent(file, home))

    async def _sent(self, file: File, home: Home) -> str | None:
        name = filename(file.path.name)
        async with home.turns[name]:
            if name in home.sent:
                home.documents = await self._documents(home.id)
            known = await _same(file, home.documents.get(name, ()))
            if known is not None:
                return await self._resumed(file, known)
            home.sent.add(name)
            pieces = file.pieces(lambda count: self._watcher.sent(file, count))
            told = await self._client.upload(pieces, size=file.size, name=name, notebook=home.id)
            self._watcher.sent(file, file.size)
            return str(told["job"]["id"])

    async def _resumed(self, file: File, document: Mapping[str, Any]) -> str | None:
        """The job that still processes a document; none if it is done."""
        if document["error"]:
            raise Declined(document["error"]["code"], document["error"]["message"])
        if document["processingStatus"] == "COMPLETED":
            self._end(file, Outcome.THERE)
            return None
        found = (await self._client.ask(operations.DOCUMENT_JOBS, id=document["id"]))["document"]
        if not found or not found["jobs"]:
            raise Declined("DOCUMENT_NOT_FOUND", "It was there, and was deleted meanwhile.")
        return str(found["jobs"][0]["id"])

    async def _follow(self, file: File, job: str) -> None:
        """Watch *file* being processed, up to the end."""
        async with self._following:
            while True:
                with suppress(Lost):
                    async with aclosing(self._live.subscribe(operations.JOB_PROGRESS, id=job)) as reports:
                        async for report in reports:
                            if self._over(file, report["jobProgress"]["job"]):
                                return
                now = (await self._patiently(lambda: self._client.ask(operations.JOB, id=job)))["job"]
                if now is None:
                    raise Declined("JOB_NOT_FOUND", "It was deleted while it was processed.")
                if self._over(file, now):
                    return
                await asyncio.sleep(POLL_S)

    def _over(self, file: File, job: Mapping[str, Any]) -> bool:
        """Whether *job* is done; tells how far it is if not."""
        status = JobStatus(job["status"].lower())
        if status is JobStatus.COMPLETED:
            self._end(file, Outcome.READY)
        elif status.over:
            why = job["error"] or {"code": "JOB_CANCELLED", "message": "Its processing was cancelled."}
            raise Declined(why["code"], why["message"])
        elif status is JobStatus.RUNNING:
            self._watcher.staged(file, job["stage"], job["progress"])
        return status.over

    def _end(self, file: File, outcome: Outcome) -> None:
        self.outcomes[file] = outcome
        self._watcher.ended(file, outcome)

    async def _top(self, name: str) -> Home:
        id = await notebooks.named(self._client, name, writable=True)
        return await self._settled(id or await notebooks.made(self._client, name))

    async def _home(self, folders: tuple[str, ...]) -> Home:
        """The notebook for the files of a folder."""
        async with self._settling:
            return await self._reached(folders)

    async def _reached(self, folders: tuple[str, ...]) -> Home:
        if folders not in self._homes:
            above = await self._reached(folders[:-1])
            self._homes[folders] = await self._patiently(lambda: self._nested(above, folders[-1]))
        return self._homes[folders]

    async def _nested(self, above: Home, name: str) -> Home:
        id = await notebooks.inside(self._client, name, parent=above.id)
        return await self._settled(id or await notebooks.made(self._client, name, parent=above.id))

    async def _settled(self, id: str) -> Home:
        return Home(id=id, documents=await self._documents(id))

    async def _documents(self, notebook: str) -> Mapping[str, Sequence[Mapping[str, Any]]]:
        """What lies in a notebook, by name."""
        found: defaultdict[str, list[Mapping[str, Any]]] = defaultdict(list)
        for it in await self._client.everything(operations.DOCUMENTS, "notebook", "documents", id=notebook):
            found[it["name"]].append(it)
        return found

    async def _patiently(self, step: Callable[[], Awaitable[T]]) -> T:
        return await patiently(step, patience_s=self._patience_s, wait=self._wait)

    def _wait(self, reason: str, seconds: float) -> None:
        """Tell that Aether is away, once for all that wait for it at the same time."""
        now = time.monotonic()
        if now >= self._waiting_until:
            self._waiting_until = now + seconds
            self._watcher.wait(reason, seconds)


async def _same(file: File, documents: Sequence[Mapping[str, Any]]) -> Mapping[str, Any] | None:
    """The one of *documents* with the bytes of *file*."""
    alike = [it for it in documents if int(it["fileSize"]) == file.size]
    digest = await file.sha256() if alike else ""
    return next((it for it in alike if it["fileHash"] == digest), None)
