"""Understanding a document, stage by stage; each stage is committed before the next begins."""

import asyncio
import hashlib
from bisect import bisect_right
from collections import Counter
from collections.abc import AsyncIterator, Iterator, Sequence
from itertools import islice
from pathlib import Path
from typing import TypedDict

import orjson
import structlog

from aether.domain import documents, jobs
from aether.domain.blobs import BlobKey
from aether.domain.documents import FINDINGS_MOST, Chunk, ChunkId, Document, Finding, FindingId, Understanding
from aether.domain.errors import Refused
from aether.domain.graph import Graph
from aether.domain.jobs import STAGES, AttemptOver, Failure, Job, JobStatus
from aether.domain.processing import Sent
from aether.domain.sensitive import Find
from aether.domain.texts import ChunkText, EarlierChunk, Extracted, FileUnsupported, chunks_of
from aether.domain.vectors import Vector
from aether.workers.containers import Unpacking
from aether.workers.context import Ports
from aether.workers.parts import Parts
from aether.workers.progress import Meter

EMBEDDED_AT_A_TIME = 64
PLACED_AT_A_TIME = 200
TEXTS_MOST = 1 << 30
"""The largest extracted text with its anchors, in bytes of JSON."""

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
    done = STAGES[job.kind].index(job.stage)
    extracted: Extracted | None = None
    if done <= STAGES[job.kind].index("extract"):
        extracted, document = await _extract(ports, graph, document, job)
    if done <= STAGES[job.kind].index("chunk"):
        document = await _chunk(ports, graph, document, job, extracted)
    if done <= STAGES[job.kind].index("embed"):
        await _embed(ports, graph, document, job)
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

    async with ports.blobs.local(document.blob) as path:
        extracted = await _read(ports, graph, path, document, job)
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


async def _read(ports: Ports, graph: Graph, path: Path, document: Document, job: Job) -> Extracted:
    """What the file says: as we read it, on from the page that was reached, or as it is read elsewhere."""
    named: Named = {"name": document.original_filename, "content_type": document.declared_type}
    meter, elsewhere = Meter(ports, job, "extract"), ports.processing
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
            id=FindingId(_named("finding", document.id, find.kind, find.start, find.end)),
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
    before = await graph.read(documents.chunks_to_index, document=document.id)
    texts = await asyncio.to_thread(
        chunks_of,
        extracted,
        count_tokens=ports.embedder.count_tokens,
        earlier=[
            EarlierChunk(start=it.start, end=it.end, text=it.text, headings=it.headings) for it in before
        ],
    )
    chunks = _chunks(document, texts)
    return await graph.write(
        documents.keep_chunks, chunks, job=job.id, attempt=job.attempt, at=ports.moment()
    )


async def _kept_text(ports: Ports, document: Document) -> Extracted:
    if document.understanding is None:
        raise TypeError(f"{document.id} is chunked before it was extracted.")
    packed = b"".join([piece async for piece in ports.blobs.open(document.understanding.texts)])
    return Extracted.unpacked(await asyncio.to_thread(orjson.loads, packed))


def _chunks(document: Document, texts: Sequence[ChunkText]) -> list[Chunk]:
    """Chunks whose ids follow from what they say, so that what did not change keeps its vector."""
    said = Counter[str]()
    chunks = []
    for text in texts:
        told = _told(text.headings, text.text)
        said[told] += 1
        chunks.append(
            Chunk(
                id=ChunkId(_named("chunk", document.id, told, said[told])),
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
        )
    return chunks


def _named(kind: str, *parts: object) -> str:
    """The id of a *kind* of thing that follows from these parts."""
    told = "\x00".join(map(str, parts)).encode()
    return f"{kind}_{hashlib.blake2b(told, digest_size=13).hexdigest()}"


async def _embed(ports: Ports, graph: Graph, document: Document, job: Job) -> None:
    """Give each chunk its vector, those that have it already, of the same model, excepted."""
    tenant, model = document.tenant, ports.embedder.model
    path = await graph.read(documents.path_of, notebook=document.notebook)
    chunks = await graph.read(documents.chunks_to_index, document=document.id)
    there = await ports.vectors.of_document(tenant, document.id)
    lacking = [chunk for chunk in chunks if there.get(chunk.id) != model]
    meter = Meter(ports, job, "embed")
    for begin in range(0, len(lacking), EMBEDDED_AT_A_TIME):
        some = lacking[begin : begin + EMBEDDED_AT_A_TIME]
        await ports.vectors.put(tenant, await _vectors(ports, some, path=path))
        await meter.report(begin + len(some), len(lacking))
    await graph.write(jobs.fenced, id=job.id, attempt=job.attempt)
    await ports.vectors.drop(tenant, there.keys() - {chunk.id for chunk in chunks})
    await graph.write(jobs.advance, id=job.id, attempt=job.attempt, stage="index", at=ports.moment())
    log.info("document_embedded", document=document.id, chunks=len(chunks), embedded=len(lacking))
    # It may have been moved meanwhile; the job that follows a move may have come too early.
    now = await graph.read(documents.path_of, notebook=document.notebook)
    if now != path or there:
        await ports.vectors.rehome(tenant, document.id, now)


async def _vectors(ports: Ports, chunks: Sequence[Chunk], *, path: tuple[str, ...]) -> Sequence[Vector]:
    model = ports.embedder.model
    places = await ports.embedder.embed([_told(chunk.headings, chunk.text) for chunk in chunks])
    return [
        Vector(id=chunk.id, document=chunk.document, path=path, model=model, values=place)
        for chunk, place in zip(chunks, places, strict=True)
    ]


def _told(headings: Sequence[str], text: str) -> str:
    """A chunk as it is embedded: under its headings, which often say what it is about."""
    return "\n".join((*headings[-1:], text))


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
