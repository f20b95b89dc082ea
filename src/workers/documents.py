"""Understanding a document, stage by stage; each stage is committed before the next begins."""

import asyncio
from bisect import bisect_right
from collections.abc import AsyncIterator, Iterable, Iterator, Sequence
from io import BytesIO
from itertools import islice
from pathlib import Path
from typing import TypedDict, TypeVar

import orjson
import structlog

from aether.domain import documents, jobs
from aether.domain.blobs import BlobKey
from aether.domain.documents import (
    FINDINGS_MOST,
    UNCUT,
    Document,
    DocumentId,
    Finding,
    FindingId,
    Understanding,
)
from aether.domain.errors import Refused
from aether.domain.graph import Graph
from aether.domain.jobs import STAGES, AttemptOver, Failure, Job, JobStatus
from aether.domain.processing import Sent
from aether.domain.sensitive import Find
from aether.domain.texts import Extracted, FileUnsupported
from aether.workers.containers import Unpacking
from aether.workers.context import Ports
from aether.workers.indexing import add, cut, drop, embed, follow, named, place
from aether.workers.parts import Parts
from aether.workers.progress import Meter

PLACED_AT_A_TIME = 200
FOLLOWED_AT_A_TIME = 10
"""Of how many documents chunks are looked for together that lie elsewhere by now."""
REVIVED_AT_A_TIME = 100
TEXTS_MOST = 1 << 30
"""The largest extracted text with its anchors, in bytes of JSON."""

T = TypeVar("T")

log = structlog.get_logger()


class Named(TypedDict):
    """What a file is called, and of which type it is said to be."""

    name: str
    content_type: str | None


async def process(ports: Ports, graph: Graph, job: Job) -> None:
    """Take a document from its bytes to where it is found, on from the last committed stage."""
    at = ports.moment()
    begun = await graph.write(documents.begin, job=job.id, attempt=job.attempt, at=at)
    if begun is None:
        return
    try:
        await _stages(ports, graph, *begun)
    except AttemptOver:
        raise
    except Refused as refusal:
        failure = Failure(code=refusal.code, message=refusal.message)
        await graph.write(documents.fail, failure, job=job.id, attempt=job.attempt, at=ports.moment())
        log.info("document_failed", document=begun[0].id, code=refusal.code)


async def _stages(ports: Ports, graph: Graph, document: Document, job: Job) -> None:
    done, meter = STAGES[job.kind].index(job.stage), Meter(ports, job, document)
    extracted: Extracted | None = None
    if done <= STAGES[job.kind].index("extract"):
        extracted, document = await _extract(ports, graph, document, job, meter=meter)
    if document.coming is not None:
        document = await _exchange(ports, graph, document, job, extracted, meter=meter)
    elif done <= STAGES[job.kind].index("chunk"):
        document = await _chunk(ports, graph, document, job, extracted, meter=meter)
        await _embed(ports, graph, document, job, meter=meter)
    else:
        await _embed(ports, graph, document, job, meter=meter)  # only what lacks its vector
    await graph.write(documents.complete, job=job.id, attempt=job.attempt, at=ports.moment())
    await meter.over()
    log.info(
        "document_completed",
        document=document.id,
        chunks=document.chunk_count,
        findings=document.finding_count,
    )


async def _extract(
    ports: Ports, graph: Graph, document: Document, job: Job, *, meter: Meter
) -> tuple[Extracted, Document]:
    await ports.blobs.size(document.blob)
    if ports.scanner is not None:
        await ports.scanner.scan(ports.blobs.open(document.blob))
    await graph.write(jobs.advance, id=job.id, attempt=job.attempt, stage="extract", at=ports.moment())
    await meter.begin("extract")

    async with ports.blobs.local(document.blob) as path:
        extracted = await _read(ports, graph, path, document, job, meter=meter)
    packed = await asyncio.to_thread(lambda: b"\n".join(map(orjson.dumps, extracted.lines())))
    kept = await ports.blobs.keep(_pieces(packed), most=TEXTS_MOST)
    understanding = _understanding(extracted, texts=kept.key)
    finds = await asyncio.to_thread(ports.detector.find, extracted.text)
    if len(finds) > FINDINGS_MOST:
        log.warning("findings_left_out", document=document.id, found=len(finds), kept=FINDINGS_MOST)
    findings = _findings(document, extracted, finds[:FINDINGS_MOST])
    understood = await graph.write(
        documents.keep_understanding,
        understanding,
        findings,
        job=job.id,
        attempt=job.attempt,
        at=ports.moment(),
    )
    return extracted, understood


async def _read(
    ports: Ports, graph: Graph, path: Path, document: Document, job: Job, *, meter: Meter
) -> Extracted:
    """What the file says: as we read it, on from the page that was reached, or as it is read elsewhere."""
    named: Named = {"name": document.original_filename, "content_type": document.declared_type}
    elsewhere = ports.processing
    if elsewhere is None or elsewhere.sent is not Sent.ALL:
        parts, unpacking = Parts(ports, graph, job), Unpacking(ports, document)
        try:
            extracted = await ports.reader.read(
                path,
                **named,
                on_progress=meter.report,
                read_before=await parts.kept(),
                on_stretch=parts.keep,
                on_member=unpacking.on_member,
            )
        except FileUnsupported:
            if elsewhere is None:
                raise
        else:
            await unpacking.commit(graph, job)
            return extracted
    return await elsewhere.read(path, **named, key=job.id, on_progress=meter.report)


async def _pieces(packed: bytes) -> AsyncIterator[bytes]:
    yield packed


def _understanding(extracted: Extracted, *, texts: BlobKey) -> Understanding:
    return Understanding(
        content_type=extracted.content_type,
        title=extracted.title,
        page_count=len(extracted.pages) or None,
        characters=len(extracted.text),
        extractor=f"{extracted.extractor} {extracted.extractor_version}",
        texts=texts,
        metadata=extracted.metadata,
    )


def _findings(document: Document, extracted: Extracted, finds: Sequence[Find]) -> list[Finding]:
    """What was found, with ids that follow from where, so that a stage done twice writes it once."""
    begins = [page.start for page in extracted.pages]
    return [
        Finding(
            id=FindingId(named("finding", document.id, document.number, find.kind, find.start, find.end)),
            document=document.id,
            ordinal=ordinal,
            kind=find.kind,
            page=extracted.pages[bisect_right(begins, find.start) - 1].number if begins else None,
            start=find.start,
            end=find.end,
            confidence=find.confidence,
            masked=find.masked,
            file_hash=document.file_hash,
        )
        for ordinal, find in enumerate(finds)
    ]


async def _chunk(
    ports: Ports, graph: Graph, document: Document, job: Job, extracted: Extracted | None, *, meter: Meter
) -> Document:
    await meter.begin("chunk")
    chunks = await cut(ports, graph, document, extracted or await _kept_text(ports, document))
    added = await add(ports, graph, job, chunks)
    kept = await graph.write(
        documents.keep_chunks, chunks, cut=added, job=job.id, attempt=job.attempt, at=ports.moment()
    )
    if added is not UNCUT or document.chunk_count:
        await drop(ports, graph, job)
    return kept


async def _kept_text(ports: Ports, document: Document) -> Extracted:
    if document.understanding is None:
        raise TypeError(f"{document.id} is chunked before it was extracted.")
    pieces = [piece async for piece in ports.blobs.open(document.understanding.texts)]
    return await asyncio.to_thread(_text_of, pieces)


def _text_of(pieces: Sequence[bytes]) -> Extracted:
    return Extracted.of_lines(map(orjson.loads, BytesIO(b"".join(pieces))))


async def _embed(ports: Ports, graph: Graph, document: Document, job: Job, *, meter: Meter) -> None:
    await meter.begin("embed")
    path = await graph.read(documents.home, document=document.id)
    chunks = await graph.read(documents.chunks_to_index, document=document.id)
    stale = await embed(ports, document, chunks, path=path, meter=meter)
    await graph.write(jobs.fenced, id=job.id, attempt=job.attempt)
    await ports.vectors.drop(document.tenant, stale)
    await graph.write(jobs.advance, id=job.id, attempt=job.attempt, stage="index", at=ports.moment())
    await meter.begin("index")
    await follow(ports, graph, document)


async def _exchange(
    ports: Ports, graph: Graph, document: Document, job: Job, extracted: Extracted | None, *, meter: Meter
) -> Document:
    """Have a document show its new version; until all of it is ready, it is found by the one it shows."""
    await meter.begin("chunk")
    extracted = extracted or await _kept_text(ports, document)
    chunks = await cut(ports, graph, document, extracted)
    finds = await asyncio.to_thread(ports.detector.find, extracted.text)
    findings = _findings(document, extracted, finds[:FINDINGS_MOST])
    await graph.write(jobs.advance, id=job.id, attempt=job.attempt, stage="embed", at=ports.moment())
    await meter.begin("embed")
    path = await graph.read(documents.home, document=document.id)
    stale = await embed(ports, document, chunks, path=path, meter=meter)
    added = await add(ports, graph, job, chunks)
    shown = await graph.write(
        documents.show, chunks, findings, cut=added, job=job.id, attempt=job.attempt, at=ports.moment()
    )
    await meter.begin("index")
    await drop(ports, graph, job)
    await graph.write(jobs.fenced, id=job.id, attempt=job.attempt)
    await ports.vectors.drop(document.tenant, stale)
    await follow(ports, graph, document)
    return shown


async def reindex(ports: Ports, graph: Graph, job: Job) -> None:
    """Index every document of a notebook, and of those below, where it now lies.

    What is deleted lies nowhere, so nobody finds it, and comes back with its vectors. Things
    may move meanwhile, so it looks again until nothing has.
    """
    done: documents.Paths = {}
    while (found := await graph.write(documents.places, job, known=[id for id in done if done[id]])) != done:
        changed = {id: path for id, path in found.items() if id not in done or done[id] != path}
        for some in map(dict, _batches(changed.items(), PLACED_AT_A_TIME)):
            await graph.write(documents.place, some, job=job.id, attempt=job.attempt)
            for few in _batches(some, FOLLOWED_AT_A_TIME):
                await place(ports, graph, job, few)
            for document, path in some.items():
                await ports.vectors.rehome(job.tenant, document, path or ())
        done = found
    live = [id for id, path in done.items() if path is not None]
    waiting: list[DocumentId] = []
    for ids in _batches(live, REVIVED_AT_A_TIME):
        waiting += await graph.read(documents.unprocessed, ids)
    for ids in _batches(waiting, REVIVED_AT_A_TIME):
        await graph.write(jobs.fenced, id=job.id, attempt=job.attempt)
        await graph.write(documents.revive, job, ids, together=len(waiting), at=ports.moment())
    at = ports.moment()
    await graph.write(
        jobs.finish, id=job.id, attempt=job.attempt, status=JobStatus.COMPLETED, failure=None, at=at
    )


def _batches(items: Iterable[T], most: int) -> Iterator[list[T]]:
    entries = iter(items)
    while some := list(islice(entries, most)):
        yield some
