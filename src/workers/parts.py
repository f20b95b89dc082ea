"""Parts of a long reading: kept as they come, so that whoever goes on need not read them again.

Each is a blob, named by the job in the transaction that fences the attempt. When the text is whole,
or nobody wants it any more, the sweeper removes them.
"""

import asyncio

import orjson
import structlog

from aether.domain import jobs
from aether.domain.blobs import BlobKey, BlobMissing, pieces_of
from aether.domain.graph import Graph
from aether.domain.jobs import AttemptOver, Job
from aether.domain.texts import Stretch
from aether.workers.context import Ports

PART_MOST = 1 << 28
"""The largest part, in bytes of JSON."""
SWEPT_AT_A_TIME = 100

log = structlog.get_logger()


class Parts:
    """The parts of a job's reading."""

    def __init__(self, ports: Ports, graph: Graph, job: Job) -> None:
        self._ports = ports
        self._graph = graph
        self._job = job

    async def kept(self) -> list[Stretch]:
        """What earlier attempts read, in order; what is lost, and all behind it, is read again."""
        found: list[Stretch] = []
        for key in self._job.parts:
            try:
                packed = b"".join([piece async for piece in self._ports.blobs.open(key)])
            except BlobMissing:
                break
            part = await asyncio.to_thread(orjson.loads, packed)
            found.append(Stretch.unpacked(part["stretch"]))
        if found:
            log.info("reading_goes_on", pages=found[-1].until, of=found[-1].of)
        return found

    async def keep(self, stretch: Stretch) -> None:
        """Keep pages that were just read, unless they are the last: then the whole text is about to come.

        Raises:
            AttemptOver: This attempt no longer counts; nothing is kept.
        """
        if stretch.until == stretch.of:
            return
        ports, job = self._ports, self._job
        # With the job's id in it, no other job has the same blob: it can be removed.
        packed = await asyncio.to_thread(orjson.dumps, {"job": job.id, "stretch": stretch.packed()})
        blob = await ports.blobs.keep(pieces_of(packed), most=PART_MOST)
        try:
            await self._graph.write(
                jobs.keep_part, blob.key, id=job.id, attempt=job.attempt, at=ports.moment()
            )
        except AttemptOver:
            await self._unneeded(blob.key)
            raise

    async def _unneeded(self, key: BlobKey) -> None:
        """Remove a part that came too late, unless the attempt that counts read the very same."""
        now = (await self._graph.read(jobs.get_many, [self._job.id])).get(self._job.id)
        if now is None or key not in now.parts:
            await self._ports.blobs.remove(key)


async def sweep_once(ports: Ports) -> int:
    """Remove the parts that nobody needs any more; gives the number of jobs that had some."""
    found = await ports.graph.read(jobs.littered, limit=SWEPT_AT_A_TIME)
    for job in found:
        for part in job.parts:
            await ports.blobs.remove(part)
        await ports.graph.within(job.tenant).write(jobs.tidied, id=job.id)
    return len(found)
