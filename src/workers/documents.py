"""Understanding a document, stage by stage; each stage is committed before the next begins."""

import asyncio
import hashlib
from bisect import bisect_right
from collections.abc import AsyncIterator, Iterator, Sequence
from itertools import islice

import orjson
import structlog

from aether.domain import documents, jobs
from aether.domain.blobs import BlobKey
from aether.domain.documents import FINDINGS_MOST, Chunk, ChunkId, Document, Finding, FindingId, Understanding
from aether.domain.errors import Refused
from aether.domain.graph import Graph
from aether.domain.jobs import STAGES, AttemptOver, Failure, Job, JobStatus
from aether.domain.sensitive import Find
from aether.domain.texts import ChunkText, Extracted, chunks_of
from aether.domain.vectors import Vector
from aether.workers.context import Ports
from aether.workers.progress import Meter

EMBEDDED_AT_A_TIME = 64
PLACED_AT_A_TIME = 200
TEXTS_MOST = 1 << 30
"""The largest extracted text with its anchors, in bytes of JSON."""

log = structlog.get_logger()


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
    done = STAGES[job.kind].index(job.stage)
    extracted: Extracted | None = None
    if done <= STAGES[job.kind].index("extract"):
        extracted, document = await _extract(ports, graph, document, job)
    if document.coming is not None:
        document = await _exchange(ports, graph, document, job, extracted)
    elif done <= STAGES[job.kind].index("chunk"):
        document = await _chunk(ports, graph, document, job, extracted)
        await _embed(ports, graph, document, job)
    elif done <= STAGES[job.kind].index("embed"):
        await _embed(ports, graph, document, job)
    if document.number > 1:
        await _tidy(ports, graph, document)
    await graph.write(documents.complete, job=job.id, attempt=job.attempt, at=ports.moment())
    log.info(
        "document_completed",
        document=document.id,
        chunks=document.chunk_count,
        findings=document.finding_count,
    )


async def _extract(ports: Ports, graph: Graph, document: Document, job: Job) -> tuple[Extracted, Document]:
    await ports.blobs.size(document.blob)
    if ports.scanner is not None:
        await ports.scanner.scan(ports.blobs.open(document.blob))
    await graph.write(jobs.advance, id=job.id, attempt=job.attempt, stage="extract", at=ports.moment())

    meter = Meter(ports, job, "extract")

    async with ports.blobs.local(document.blob) as path:
        extracted = await ports.reader.read(
            path,
            name=document.original_filename,
            content_type=document.declared_type,
            on_progress=meter.report,
        )
    packed = await asyncio.to_thread(orjson.dumps, extracted.packed())
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
            id=FindingId(_named("finding", document.id, document.number, find.kind, find.start, find.end)),
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
    ports: Ports, graph: Graph, document: Document, job: Job, extracted: Extracted | None
) -> Document:
    if extracted is None:
        extracted = await _kept_text(ports, document)
    texts = await asyncio.to_thread(chunks_of, extracted, count_tokens=ports.embedder.count_tokens)
    chunks = [_chunk_of(document, text) for text in texts]
    return await graph.write(
        documents.keep_chunks, chunks, job=job.id, attempt=job.attempt, at=ports.moment()
    )


async def _kept_text(ports: Ports, document: Document) -> Extracted:
    if document.understanding is None:
        raise TypeError(f"{document.id} is chunked before it was extracted.")
    packed = b"".join([piece async for piece in ports.blobs.open(document.understanding.texts)])
    return Extracted.unpacked(await asyncio.to_thread(orjson.loads, packed))


def _chunk_of(document: Document, text: ChunkText) -> Chunk:
    """A chunk whose id follows from what it is, so that a stage done twice writes it once."""
    return Chunk(
        id=ChunkId(_named("chunk", document.id, document.number, text.ordinal, text.sha256)),
        document=document.id,
        ordinal=text.ordinal,
        page=text.page,
        start=text.start,
        end=text.end,
        headings=text.headings,
        text=text.text,
        text_hash=text.sha256,
        file_hash=document.file_hash,
    )


def _named(kind: str, *parts: object) -> str:
    """The id of a *kind* of thing that follows from these parts."""
    told = "\x00".join(map(str, parts)).encode()
    return f"{kind}_{hashlib.blake2b(told, digest_size=13).hexdigest()}"


async def _exchange(
    ports: Ports, graph: Graph, document: Document, job: Job, extracted: Extracted | None
) -> Document:
    """Have a document show its new version; until all of it is ready, it is found by the one it shows."""
    if extracted is None:
        extracted = await _kept_text(ports, document)
    texts = await asyncio.to_thread(chunks_of, extracted, count_tokens=ports.embedder.count_tokens)
    chunks = [_chunk_of(document, text) for text in texts]
    finds = await asyncio.to_thread(ports.detector.find, extracted.text)
    findings = _findings(document, extracted, finds[:FINDINGS_MOST])
    await graph.write(jobs.advance, id=job.id, attempt=job.attempt, stage="embed", at=ports.moment())
    path = await graph.read(documents.path_of, notebook=document.notebook)
    await _put(ports, document, job, chunks, path=path)
    shown = await graph.write(
        documents.show, chunks, findings, job=job.id, attempt=job.attempt, at=ports.moment()
    )
    await _follow(ports, graph, document, path=path)
    return shown


async def _tidy(ports: Ports, graph: Graph, document: Document) -> None:
    """Drop the vectors of versions that the document does not show any more."""
    chunks = {chunk.id for chunk in await graph.read(documents.chunks_to_index, document=document.id)}
    after = None
    while True:
        kept, after = await ports.vectors.listed(document.tenant, document=document.id, after=after)
        await ports.vectors.drop(document.tenant, [each.id for each in kept if each.id not in chunks])
        if after is None:
            return


async def _embed(ports: Ports, graph: Graph, document: Document, job: Job) -> None:
    path = await graph.read(documents.path_of, notebook=document.notebook)
    chunks = await graph.read(documents.chunks_to_index, document=document.id)
    await graph.write(jobs.fenced, id=job.id, attempt=job.attempt)
    await ports.vectors.remove(document.tenant, document.id)
    await _put(ports, document, job, chunks, path=path)
    await graph.write(jobs.advance, id=job.id, attempt=job.attempt, stage="index", at=ports.moment())
    await _follow(ports, graph, document, path=path)


async def _put(
    ports: Ports, document: Document, job: Job, chunks: Sequence[Chunk], *, path: tuple[str, ...]
) -> None:
    meter = Meter(ports, job, "embed")
    for begin in range(0, len(chunks), EMBEDDED_AT_A_TIME):
        some = chunks[begin : begin + EMBEDDED_AT_A_TIME]
        await ports.vectors.put(document.tenant, await _vectors(ports, some, path=path))
        await meter.report(begin + len(some), len(chunks))


async def _follow(ports: Ports, graph: Graph, document: Document, *, path: tuple[str, ...]) -> None:
    """Have vectors follow a document that was moved meanwhile; the move's own job may have come too early."""
    now = await graph.read(documents.path_of, notebook=document.notebook)
    if now != path:
        await ports.vectors.rehome(document.tenant, document.id, now)


async def _vectors(ports: Ports, chunks: Sequence[Chunk], *, path: tuple[str, ...]) -> Sequence[Vector]:
    places = await ports.embedder.embed([_told(chunk) for chunk in chunks])
    return [
        Vector(id=chunk.id, document=chunk.document, path=path, values=place)
        for chunk, place in zip(chunks, places, strict=True)
    ]


def _told(chunk: Chunk) -> str:
    """A chunk as it is embedded: under its headings, which often say what it is about."""
    return "\n".join((*chunk.headings[-1:], chunk.text))


async def reindex(ports: Ports, graph: Graph, job: Job) -> None:
    """Index every document of a notebook, and of those below, where it now lies.

    What is deleted lies nowhere, so nobody finds it, and comes back with its vectors. Things
    may move meanwhile, so it looks again until nothing has.
    """
    done: documents.Paths = {}
    while (found := await graph.write(documents.places, job)) != done:
        changed = {id: path for id, path in found.items() if id not in done or done[id] != path}
        for some in _batches(changed):
            await graph.write(documents.place, some, job=job.id, attempt=job.attempt)
            for document, path in some.items():
                await ports.vectors.rehome(job.tenant, document, path or ())
        done = found
    at = ports.moment()
    await graph.write(documents.revive, job, at=at)
    await graph.write(
        jobs.finish, id=job.id, attempt=job.attempt, status=JobStatus.COMPLETED, failure=None, at=at
    )


def _batches(paths: documents.Paths) -> Iterator[documents.Paths]:
    entries = iter(paths.items())
    while some := dict(islice(entries, PLACED_AT_A_TIME)):
        yield some
