import asyncio
from datetime import timedelta

import pytest

from aether.adapters.neo4j.graph import Neo4jGraph
from aether.adapters.system import moment
from aether.domain import batches, documents, jobs, uploads
from aether.domain.batches import BatchId, BatchMissing, Entry
from aether.domain.documents import DocumentId
from aether.domain.graph import Graph
from aether.domain.jobs import Failure, JobPriority
from aether.domain.uploads import Draft, Limits, UploadId
from aether.domain.viewers import Viewer
from tests import make
from tests.make import Home

REFUSED = Failure(code="FILE_EMPTY", message="The file is empty.")


async def test_a_batch_is_kept_with_its_entries_in_order(graph: Graph, ada: Viewer) -> None:
    book, at = await make.notebook(graph, ada), moment()
    upload = UploadId(at.id("upload"))
    limits = Limits(most=1000, lasts=timedelta(hours=1))
    draft = Draft(notebook=book.id, filename="elbe.txt", length=None)
    kept = await graph.write(uploads.begin, draft, id=upload, limits=limits, by=ada, at=at)
    entries = [
        Entry(name="elbe.txt", size=None, upload=upload),
        Entry(name="none.txt", size=0, refusal=REFUSED),
        Entry(name="gone.txt", size=3, upload=UploadId(at.id("upload", "gone"))),
    ]

    batch = await graph.write(
        batches.add, entries, id=BatchId(at.id("batch")), notebook=book.id, by=ada, now=at.now
    )

    assert batch.entries == tuple(entries)
    assert await graph.read(batches.get, id=batch.id, by=ada) == (batch, {upload: kept}, {})


async def test_the_latest_job_of_a_document_counts(graph: Graph, ada: Viewer) -> None:
    book = await make.notebook(graph, ada)
    document, first = await make.document(graph, ada, book)
    await graph.write(documents.cancel, job=first.id, by=ada, at=moment())
    second = await graph.write(documents.reprocess, id=document.id, by=ada, at=moment())
    at = moment()
    upload = UploadId(f"upload_{document.id.partition('_')[2]}")

    batch = await graph.write(
        batches.add,
        [Entry(name="a.txt", size=1, upload=upload)],
        id=BatchId(at.id("batch")),
        notebook=book.id,
        by=ada,
        now=at.now,
    )
    _, _, found = await graph.read(batches.get, id=batch.id, by=ada)

    assert found == {DocumentId(document.id): second}


async def test_somebody_elses_batch_is_not_there(
    graph: Graph, ada: Viewer, ben: Viewer, abroad: Home, mallory: Viewer
) -> None:
    book, at = await make.notebook(graph, ada), moment()
    batch = await graph.write(
        batches.add, [], id=BatchId(at.id("batch")), notebook=book.id, by=ada, now=at.now
    )

    for other, theirs in ((ben, graph), (mallory, abroad.graph)):
        with pytest.raises(BatchMissing):
            await theirs.read(batches.get, id=batch.id, by=other)


async def test_batches_are_forgotten_with_age_and_none_that_is_young(
    graph: Graph, anybody: Neo4jGraph, ada: Viewer
) -> None:
    book, at = await make.notebook(graph, ada), moment()
    ids = [BatchId(at.id("batch", str(age))) for age in range(6)]
    for age, id in enumerate(ids):
        begun = at.now - timedelta(days=age)
        await graph.write(batches.add, [], id=id, notebook=book.id, by=ada, now=begun)

    sweeps = (anybody.write(batches.forget, before=at.now - timedelta(days=2.5), limit=100) for _ in range(3))
    forgotten = await asyncio.gather(*sweeps)

    assert sum(forgotten) >= 3
    for id in ids[:3]:
        assert (await graph.read(batches.get, id=id, by=ada))[0].id == id
    for id in ids[3:]:
        with pytest.raises(BatchMissing):
            await graph.read(batches.get, id=id, by=ada)
    assert await anybody.write(batches.forget, before=at.now - timedelta(days=2.5), limit=100) == 0


async def test_batches_are_forgotten_some_at_a_time(graph: Graph, anybody: Neo4jGraph, ada: Viewer) -> None:
    book, at = await make.notebook(graph, ada), moment()
    long_ago = at.now - timedelta(days=9_000)
    for n in range(3):
        await graph.write(
            batches.add, [], id=BatchId(at.id("batch", str(n))), notebook=book.id, by=ada, now=long_ago
        )

    before = at.now - timedelta(days=8_000)
    assert [await anybody.write(batches.forget, before=before, limit=2) for _ in range(3)] == [2, 1, 0]


async def test_what_comes_with_many_others_is_processed_after_what_comes_alone(
    graph: Graph, ada: Viewer
) -> None:
    book, at = await make.notebook(graph, ada), moment()
    limits = Limits(most=1000, lasts=timedelta(hours=1))
    for count, expected in ((1, JobPriority.NORMAL), (10, JobPriority.NORMAL), (11, JobPriority.LOW)):
        draft = Draft(notebook=book.id, filename="a.txt", length=6, priority=JobPriority.of(together=count))
        id = UploadId(at.id("upload", str(count)))
        await graph.write(uploads.begin, draft, id=id, limits=limits, by=ada, at=at)

        done = await graph.write(uploads.complete, make.blob(), id=id, by=ada, at=moment())

        assert done.job is not None
        assert (await graph.read(jobs.get_many, [done.job]))[done.job].priority is expected
