"""Understanding a document, stage by stage; each stage is committed before the next begins."""

import asyncio
import hashlib
from collections.abc import Sequence

import orjson
import structlog

from aether.domain import documents, events, jobs
from aether.domain.blobs import BlobKey
from aether.domain.documents import Chunk, ChunkId, Document, Understanding
from aether.domain.errors import Refused
from aether.domain.events import Event, EventId
from aether.domain.graph import Graph
from aether.domain.jobs import AttemptOver, Failure, Job, JobId, JobStatus, STAGES
from aether.domain.texts import ChunkText, Extracted, chunks_of
from aether.domain.vectors import Vector
from aether.workers.context import Ports

EMBEDDED_AT_A_TIME = 64
TEXTS_MOST = 1 << 30
"""The largest extracted text with its anchors, in bytes of JSON."""

log = structlog.get_logger()


async def process(ports: Ports, graph: Graph, id: JobId, attempt: int) -> None:
    """Take a document from its bytes to where it is found, on from the last committed stage."""
    begun = await _begun(ports, graph, id, attempt)
    if begun is None:
        return
    document, job = begun
    try:
        await _stages(ports, graph, document, job)
    except AttemptOver:
        raise
    except Refused as refusal:
        failure = Failure(code=refusal.code, message=refusal.message)
        await graph.write(documents.fail, failure, job=id, attempt=attempt, at=ports.moment())
        log.info("document_failed", document=document.id, code=refusal.code)


async def _begun(
    ports: Ports, graph: Graph, id: JobId, attempt: int
) -> tuple[Document, Job] | None:
    """The document and its job, taken up, or taken up again by the worker that has them already."""
    known = (await graph.read(jobs.get_many, [id]))[id]
    if known.status is JobStatus.RUNNING and known.attempt == attempt:
        return await graph.write(documents.resume, job=id, attempt=attempt)
    return await graph.write(documents.begin, job=id, attempt=attempt, at=ports.moment())


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
    log.info("document_completed", document=document.id, chunks=document.chunk_count)


async def _extract(
    ports: Ports, graph: Graph, document: Document, job: Job
) -> tuple[Extracted, Document]:
    await ports.blobs.size(document.blob)
    await graph.write(jobs.advance, id=job.id, attempt=job.attempt, stage="extract", at=ports.moment())

    async def on_progress(done: int, of: int) -> None:
        await report(ports, job, "extract", done=done, of=of)

    async with ports.blobs.local(document.blob) as path:
        extracted = await ports.reader.read(
            path,
            name=document.original_filename,
            content_type=document.declared_type,
            on_progress=on_progress,
        )
    packed = await asyncio.to_thread(orjson.dumps, extracted.packed())
    kept = await ports.blobs.keep(_pieces(packed), most=TEXTS_MOST)
    found = _understanding(extracted, texts=kept.key)
    at = ports.moment()
    return extracted, await graph.write(
        documents.keep_understanding, found, job=job.id, attempt=job.attempt, at=at
    )


async def _pieces(packed: bytes):  # type: ignore[no-untyped-def]  # noqa: ANN202
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
    named = f"{document.id}\x00{text.ordinal}\x00{text.sha256}".encode()
    body = hashlib.blake2b(named, digest_size=13).hexdigest()
    return Chunk(
        id=ChunkId(f"chunk_{body}"),
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


async def _embed(ports: Ports, graph: Graph, document: Document, job: Job) -> None:
    path = await graph.read(documents.path_of, notebook=document.notebook)
    chunks = await graph.read(documents.chunks_to_index, document=document.id)
    await ports.vectors.remove(document.tenant, document.id)
    for begin in range(0, len(chunks), EMBEDDED_AT_A_TIME):
        some = chunks[begin : begin + EMBEDDED_AT_A_TIME]
        await ports.vectors.put(document.tenant, await _vectors(ports, some, path=path))
        await report(ports, job, "embed", done=begin + len(some), of=len(chunks))
    await graph.write(jobs.advance, id=job.id, attempt=job.attempt, stage="index", at=ports.moment())
    # It may have been moved meanwhile; the job that follows a move may have come too early.
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


async def report(ports: Ports, job: Job, stage: str, *, done: int, of: int) -> None:
    """Tell listeners how far a stage is; nobody waits for it, and nothing rests on it."""
    stages = STAGES[job.kind]
    share = (stages.index(stage) + done / max(of, 1)) / len(stages)
    at = ports.moment()
    payload = jobs.told(job) | {
        "status": JobStatus.RUNNING.value,
        "stage": stage,
        "progress": int(100 * share),
        "done": done,
        "of": of,
    }
    for topic in (f"job/{job.id}", f"uploads/{job.notebook}"):
        id = EventId(at.id("event", topic, stage, done))
        event = Event(id=id, tenant=job.tenant, topic=topic, kind="job_progressed", payload=payload, at=at.now)
        await ports.feed.publish(event)


async def reindex(ports: Ports, graph: Graph, id: JobId, attempt: int) -> None:
    """Index every document of a notebook, and of those below, where it now lies."""
    places = await graph.write(documents.place, job=id, attempt=attempt, at=ports.moment())
    tenant = (await graph.read(jobs.get_many, [id]))[id].tenant
    for document, path in places.items():
        if path is None:
            await ports.vectors.remove(tenant, document)
        else:
            await ports.vectors.rehome(tenant, document, path)
    await graph.write(
        jobs.finish, id=id, attempt=attempt, status=JobStatus.COMPLETED, failure=None, at=ports.moment()
    )
