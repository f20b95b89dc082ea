"""Cutting documents anew: chunks are added and dropped some at a time, and shown at once."""

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

import pytest
from neo4j import AsyncDriver

from aether.adapters.system import moment
from aether.domain import documents, jobs, trash
from aether.domain.documents import Chunk, Cut, Document, DocumentMissing
from aether.domain.graph import Graph
from aether.domain.jobs import AttemptOver, Failure, Job, JobKind
from aether.domain.notebooks import Notebook
from aether.domain.pages import Slice
from aether.domain.viewers import Viewer
from tests import make
from tests.engines import Engine
from tests.graph.graphs import Settled
from tests.graph.test_passages import ids
from tests.make import Home

FEW = 2
OF: Any = {"attempt": 1}


@pytest.fixture
def home(plain: Home, driver: AsyncDriver, engine: Engine) -> Home:
    """A tenant of this test's own, on a graph that finds by words what was just written."""
    return Home(tenant=plain.tenant, graph=Settled(plain.graph, driver, engine))


@pytest.fixture
async def book(graph: Graph, ada: Viewer) -> Notebook:
    """Where the documents lie."""
    return await make.notebook(graph, ada)


@pytest.fixture(autouse=True)
def few_at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    """A transaction takes few chunks, so that few are many already."""
    for module in ("cutting", "placing"):
        monkeypatch.setattr(f"aether.domain.documents.{module}.CHUNKS_AT_ONCE", FEW)
    monkeypatch.setattr("aether.domain.trash.CHUNKS_AT_ONCE", FEW)


async def begun(graph: Graph, by: Viewer, book: Notebook) -> tuple[Document, Job]:
    """A document that is being processed, and the job that does so."""
    document, job = await make.document(graph, by, book)
    return document, await taken_up(graph, job)


async def taken_up(graph: Graph, job: Job) -> Job:
    """The job, for which its document is being processed."""
    claimed = await graph.write(jobs.claim, id=job.id, at=moment(), **OF)
    assert await graph.write(documents.begin, job=job.id, at=moment(), **OF)
    return claimed


async def added(graph: Graph, job: Job, chunks: Sequence[Chunk]) -> Cut:
    """All of the chunks but the last are added."""
    generation = moment().id("generation")
    for chunk in chunks[:-1]:
        await graph.write(documents.add_chunks, [chunk], generation=generation, job=job.id, **OF)
    return Cut(generation=generation, added=len(chunks) - 1)


async def shown(graph: Graph, job: Job, chunks: Sequence[Chunk], cut: Cut) -> Document:
    return await graph.write(documents.keep_chunks, chunks, cut=cut, job=job.id, at=moment(), **OF)


async def understood(graph: Graph, by: Viewer, book: Notebook, *texts: str) -> tuple[Document, list[Chunk]]:
    """A document that was processed, and what it was cut into."""
    document, job = await begun(graph, by, book)
    chunks = make.chunks(document, *texts)
    await shown(graph, job, chunks, await added(graph, job, chunks))
    await graph.write(documents.complete, job=job.id, at=moment(), **OF)
    return document, chunks


async def seen(graph: Graph, document: Document, by: Viewer) -> list[tuple[str, str]]:
    """What the document is cut into, as its reader is told."""
    page = await graph.read(documents.chunks, document=document.id, part=Slice(first=50), by=by)
    by_id = await graph.read(documents.chunks_by_id, [chunk.id for chunk, _ in page.items], by=by)
    assert {chunk.id: chunk for chunk, _ in page.items} == by_id
    indexed = await graph.read(documents.chunks_to_index, document=document.id)
    assert [chunk for chunk, _ in page.items] == list(indexed)
    assert page.total == len(page.items)
    return [(chunk.id, chunk.text) for chunk, _ in page.items]


async def kept(driver: AsyncDriver, engine: Engine, document: Document) -> int:
    """How many chunks hang on the document, shown or not."""
    query = "MATCH (:Document {id: $id})-[:HAS_CHUNK]->(chunk) RETURN count(chunk) AS many"
    found = await driver.execute_query(query, id=document.id, database_=engine.database)
    return int(found.records[0]["many"])


async def reprocessed(graph: Graph, document: Document, by: Viewer) -> Job:
    """The job that processes a document once more, taken up."""
    return await taken_up(graph, await graph.write(documents.reprocess, id=document.id, by=by, at=moment()))


async def test_nothing_of_a_cut_is_seen_before_all_of_it_is(
    graph: Graph, ada: Viewer, book: Notebook
) -> None:
    document, job = await begun(graph, ada, book)
    chunks = make.chunks(document, "salmon", "eel", "heron")

    cut = await added(graph, job, chunks)

    assert await seen(graph, document, ada) == []
    assert await graph.read(documents.chunks_by_id, [it.id for it in chunks], by=ada) == {}
    assert await ids(graph, "salmon", book) == set()

    assert (await shown(graph, job, chunks, cut)).chunk_count == 3
    assert await seen(graph, document, ada) == [(it.id, it.text) for it in chunks]
    assert await ids(graph, "salmon", book) == {chunks[0].id}


async def test_what_is_shown_stays_until_the_next_cut_takes_its_place(
    graph: Graph, ada: Viewer, book: Notebook, driver: AsyncDriver, engine: Engine
) -> None:
    document, first = await understood(graph, ada, book, "salmon", "eel", "heron")
    again = await reprocessed(graph, document, ada)
    fresh = make.chunks(document, *("x" * 3), "trout", "pike")[3:]
    second = [replace(it, ordinal=place) for place, it in enumerate([first[0], *fresh])]

    cut = await added(graph, again, second)

    assert await seen(graph, document, ada) == [(it.id, it.text) for it in first]
    assert await ids(graph, "trout", book) == set()

    await shown(graph, again, second, cut)
    assert await seen(graph, document, ada) == [(it.id, it.text) for it in second]
    assert await ids(graph, "heron", book) == set()
    assert await kept(driver, engine, document) == 6

    while await graph.write(documents.drop_chunks, job=again.id, **OF):
        pass
    assert await kept(driver, engine, document) == 3
    assert await seen(graph, document, ada) == [(it.id, it.text) for it in second]


async def test_an_attempt_that_is_over_adds_and_drops_nothing(
    graph: Graph, ada: Viewer, book: Notebook, driver: AsyncDriver, engine: Engine
) -> None:
    document, job = await begun(graph, ada, book)
    await graph.write(documents.cancel, job=job.id, by=ada, at=moment())

    with pytest.raises(AttemptOver):
        await graph.write(
            documents.add_chunks, make.chunks(document, "salmon"), generation="late", job=job.id, **OF
        )
    with pytest.raises(AttemptOver):
        await graph.write(documents.drop_chunks, job=job.id, **OF)
    assert await kept(driver, engine, document) == 0


async def test_what_a_failed_job_added_is_swept_and_nothing_is_while_somebody_works(
    graph: Graph, ada: Viewer, book: Notebook, driver: AsyncDriver, engine: Engine
) -> None:
    document, job = await begun(graph, ada, book)
    await added(graph, job, make.chunks(document, "salmon", "eel", "heron", "trout"))

    assert document.id not in await graph.read(documents.littered, limit=1000)
    assert not await graph.write(documents.tidy, id=document.id)
    assert await kept(driver, engine, document) == 3

    failure = Failure(code="x", message="x")
    await graph.write(documents.fail, failure, job=job.id, at=moment(), **OF)
    assert (await graph.read(documents.littered, limit=1000))[document.id] == document.tenant
    while await graph.write(documents.tidy, id=document.id):
        pass
    assert await kept(driver, engine, document) == 0
    assert document.id not in await graph.read(documents.littered, limit=1000)


async def test_chunks_follow_their_document_few_at_a_time(graph: Graph, ada: Viewer, book: Notebook) -> None:
    document, chunks = await understood(graph, ada, book, "salmon", "eel", "heron", "trout", "pike")
    other = await make.notebook(graph, ada, "Other")
    await graph.write(documents.move, id=document.id, to=other.id, version=None, by=ada, at=moment())
    (moved,) = [
        it
        for it in await graph.read(documents.jobs_of_document, document=document.id, by=ada)
        if it.kind is JobKind.REINDEX
    ]
    await graph.write(jobs.claim, id=moved.id, at=moment(), **OF)
    paths = await graph.write(documents.places, moved)
    await graph.write(documents.place, paths, job=moved.id, **OF)

    rounds = 1
    while await graph.write(documents.place_chunks, list(paths), job=moved.id, **OF):
        rounds += 1

    assert rounds == 3
    for chunk in chunks:
        assert await ids(graph, chunk.text, other) == {chunk.id}
        assert await ids(graph, chunk.text, book) == set()


async def test_who_purges_a_long_document_has_it_erased_soon(
    graph: Graph, ada: Viewer, book: Notebook, driver: AsyncDriver, engine: Engine
) -> None:
    document, _ = await understood(graph, ada, book, "salmon", "eel", "heron")
    await graph.write(documents.remove, id=document.id, version=None, by=ada, at=moment())

    await graph.write(trash.purge, id=document.id, by=ada, at=moment())

    with pytest.raises(DocumentMissing):
        await graph.write(trash.restore, id=document.id, by=ada, at=moment())
    about: Any = {"id": document.id, "before": None}
    while await graph.write(trash.shrink, **about):
        pass
    assert await graph.write(trash.erase, tenant=document.tenant, at=moment(), **about)
    found = await driver.execute_query(
        "MATCH (n) WHERE (n:Chunk OR n:Document) AND n.tenant = $tenant RETURN count(n) AS many",
        tenant=document.tenant,
        database_=engine.database,
    )
    assert found.records[0]["many"] == 0
