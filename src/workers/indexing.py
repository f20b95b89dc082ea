"""Indexing: the chunks of a document, and the vectors by which they are found."""

import asyncio
import hashlib
from collections import Counter
from collections.abc import Collection, Mapping, Sequence

import structlog

from aether.domain import documents
from aether.domain.documents import CHUNKS_AT_ONCE, UNCUT, Chunk, ChunkId, Cut, Document, DocumentId
from aether.domain.graph import Graph
from aether.domain.jobs import Job
from aether.domain.texts import ChunkText, EarlierChunk, Extracted, chunks_of, vectored
from aether.domain.vectors import Vector
from aether.workers.context import Ports
from aether.workers.progress import Meter

EMBEDDED_AT_A_TIME = 64
SWEPT_AT_A_TIME = 100

log = structlog.get_logger()


async def cut(ports: Ports, graph: Graph, document: Document, extracted: Extracted) -> list[Chunk]:
    """The chunks of what was read; what did not change is cut as it was."""
    before = await graph.read(documents.chunks_to_index, document=document.id)
    earlier = [EarlierChunk(start=it.start, end=it.end, text=it.text, headings=it.headings) for it in before]

    def chunks() -> list[Chunk]:
        texts = chunks_of(extracted, count_tokens=ports.embedder.count_tokens, earlier=earlier)
        return _chunks(document, texts, vectored(extracted, texts, most=ports.table_vectors_most))

    return await asyncio.to_thread(chunks)


async def add(ports: Ports, graph: Graph, job: Job, chunks: Sequence[Chunk]) -> Cut:
    """Add all chunks of a cut but the last, as many as go into the transaction that shows them."""
    if len(chunks) <= CHUNKS_AT_ONCE:
        return UNCUT
    generation, added = ports.moment().id("generation", job.subject), 0
    while len(chunks) - added > CHUNKS_AT_ONCE:
        some = chunks[added : added + CHUNKS_AT_ONCE]
        async with ports.indexing:
            await graph.write(
                documents.add_chunks, some, generation=generation, job=job.id, attempt=job.attempt
            )
        added += len(some)
    return Cut(generation=generation, added=added)


async def drop(ports: Ports, graph: Graph, job: Job) -> None:
    """Drop the chunks that the document of a job shows no longer."""
    more = True
    while more:
        async with ports.indexing:
            more = await graph.write(documents.drop_chunks, job=job.id, attempt=job.attempt)


async def place(ports: Ports, graph: Graph, job: Job, ids: Collection[DocumentId]) -> None:
    """Have the chunks of documents lie where these lie."""
    more = True
    while more:
        async with ports.indexing:
            more = await graph.write(documents.place_chunks, ids, job=job.id, attempt=job.attempt)


async def sweep_once(ports: Ports) -> None:
    """Drop chunks that no document shows, left by jobs that ended too early."""
    for id, tenant in (await ports.graph.read(documents.littered, limit=SWEPT_AT_A_TIME)).items():
        while await ports.graph.within(tenant).write(documents.tidy, id=id):
            pass


async def embed(
    ports: Ports, document: Document, chunks: Sequence[Chunk], *, path: tuple[str, ...], meter: Meter
) -> Collection[str]:
    """Give each chunk that is to have a vector its own, where it has none of the same model.

    Returns:
        The ids of those vectors of the document that belong to none of these chunks.
    """
    there, model = await _models(ports, document), ports.embedder.model
    wanted = [chunk for chunk in chunks if chunk.vectored]
    lacking = [chunk for chunk in wanted if there.get(chunk.id) != model]
    if len(lacking) < len(wanted):
        meter.spare()
    for begin in range(0, len(lacking), EMBEDDED_AT_A_TIME):
        some = lacking[begin : begin + EMBEDDED_AT_A_TIME]
        await ports.vectors.put(document.tenant, await _vectors(ports, some, path=path))
        await meter.report(begin + len(some), len(lacking))
    log.info("document_embedded", document=document.id, chunks=len(chunks), embedded=len(lacking))
    return there.keys() - {chunk.id for chunk in wanted}


async def follow(ports: Ports, graph: Graph, document: Document) -> None:
    """Have all vectors of a document lie where it lies.

    It may have been moved while they were made, and the move's own job may have come too early. It may
    be moved just now, so it is looked again until it has not been.
    """
    path: tuple[str, ...] | None = None
    while (now := await graph.read(documents.home, document=document.id)) != path:
        path = now
        await ports.vectors.rehome(document.tenant, document.id, path)


def named(kind: str, *parts: object) -> str:
    """The id of a *kind* of thing that follows from these parts."""
    told = "\x00".join(map(str, parts)).encode()
    return f"{kind}_{hashlib.blake2b(told, digest_size=13).hexdigest()}"


def _chunks(document: Document, texts: Sequence[ChunkText], chosen: Sequence[bool]) -> list[Chunk]:
    """Chunks whose ids follow from what they say, so that what did not change keeps its vector."""
    said = Counter[str]()
    chunks = []
    for text, is_chosen in zip(texts, chosen, strict=True):
        told = _told(text.headings, text.text)
        said[told] += 1
        chunks.append(
            Chunk(
                id=ChunkId(named("chunk", document.id, told, said[told])),
                document=document.id,
                ordinal=text.ordinal,
                page=text.page,
                start=text.start,
                end=text.end,
                headings=text.headings,
                text=text.text,
                text_hash=text.sha256,
                file_hash=document.file_hash,
                vectored=is_chosen,
            )
        )
    return chunks


async def _models(ports: Ports, document: Document) -> Mapping[str, str]:
    """The model of each vector that a document has, by the id of its chunk."""
    models: dict[str, str] = {}
    after = None
    while True:
        stored, after = await ports.vectors.listed(document.tenant, document=document.id, after=after)
        models |= {each.id: each.model for each in stored}
        if after is None:
            return models


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
