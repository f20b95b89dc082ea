"""Keeping what a document holds: each file as a blob while it is read, then as a document."""

from collections.abc import AsyncIterator
from contextlib import suppress

import structlog

from aether.domain import documents
from aether.domain.blobs import FileEmpty
from aether.domain.documents import DEPTH_MOST, Document, Unpacked
from aether.domain.graph import Graph
from aether.domain.jobs import Job, JobPriority
from aether.domain.texts import Member, OnMember
from aether.workers.context import Ports

MEMBER_MOST = 10**9
"""The largest file within a file, in bytes; its reader has limits of its own."""
AT_A_TIME = 25
"""How many documents one transaction makes."""

log = structlog.get_logger()


class Unpacking:
    """The files within a document, from their bytes to documents of their own.

    Attributes:
        on_member: Takes each file; none where the document lies too deep for it.
    """

    def __init__(self, ports: Ports, document: Document) -> None:
        self._ports = ports
        self._document = document
        self._files: list[Unpacked] = []
        depth = document.inside.depth if document.inside else 0
        self.on_member: OnMember | None = self._keep if depth < DEPTH_MOST else None

    async def _keep(self, member: Member, pieces: AsyncIterator[bytes]) -> None:
        with suppress(FileEmpty):
            blob = await self._ports.blobs.keep(pieces, most=MEMBER_MOST)
            self._files.append(Unpacked(path=member.path, name=member.name, blob=blob))

    async def commit(self, graph: Graph, job: Job) -> None:
        """Make documents of what was kept; those that an earlier attempt made are not made again."""
        priority = JobPriority.of(len(self._files))
        for start in range(0, len(self._files), AT_A_TIME):
            some = self._files[start : start + AT_A_TIME]
            at = self._ports.moment()
            await graph.write(
                documents.unpack, some, priority=priority, job=job.id, attempt=job.attempt, at=at
            )
        if self._files:
            log.info("files_unpacked", document=self._document.id, files=len(self._files))
