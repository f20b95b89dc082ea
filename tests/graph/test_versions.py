import asyncio
from collections.abc import Sequence
from dataclasses import replace
from typing import Any

import pytest
from neo4j import AsyncDriver

from aether.adapters.system import moment
from aether.domain import documents, jobs, notebooks
from aether.domain.access import Permission, PermissionMissing
from aether.domain.documents import (
    Added,
    Chunk,
    Document,
    DocumentId,
    DocumentMissing,
    ProcessingStatus,
    VersionMissing,
)
from aether.domain.errors import Refused
from aether.domain.graph import Graph, Work
from aether.domain.jobs import AttemptOver, Failure, Job, JobKind, JobStatus
from aether.domain.notebooks import Notebook
from aether.domain.pages import Slice
from aether.domain.viewers import Viewer
from tests import make
from tests.engines import Engine
from tests.make import Home

MANY = 6
ROUNDS = 4


async def get(graph: Graph, id: DocumentId, by: Viewer) -> Document:
    return (await graph.read(documents.get_many, [id], by=by))[id].document


async def size(graph: Graph, book: Notebook, by: Viewer) -> int:
    return (await graph.read(notebooks.get_many, [book.id], by=by))[book.id].notebook.total_size_bytes


async def added(graph: Graph, document: Document, by: Viewer, text: str, *, size: int = 7) -> Added:
    """What became of *text*, brought as a version."""
    blob = replace(make.blob(text), size=size)
    arrival = documents.Arrival(filename=f"{text}.txt", declared_type="text/plain", blob=blob)
    return await graph.write(documents.add_version, arrival, id=document.id, by=by, at=moment())


async def begun(graph: Graph, job: Job | None) -> Document:
    """The document of a job, taken up."""
    assert job is not None
    await graph.write(jobs.claim, id=job.id, attempt=job.attempt, at=moment())
    found = await graph.write(documents.begin, job=job.id, attempt=job.attempt, at=moment())
    assert found is not None
    return found[0]


async def extracted(graph: Graph, job: Job | None, *, title: str | None = None) -> tuple[Document, Any]:
    """The document of a job that was read, and what names the attempt."""
    await begun(graph, job)
    assert job is not None
    of: Any = {"job": job.id, "attempt": job.attempt}
    understood = make.understanding(title=title)
    return await graph.write(documents.keep_understanding, understood, **of, at=moment()), of


async def processed(graph: Graph, job: Job | None, *texts: str) -> Document:
    """What a worker commits for a document or its new version; gives back the document."""
    document, of = await extracted(graph, job)
    if document.coming is None:
        await graph.write(documents.keep_chunks, chunks(document, *texts), **of, at=moment())
    else:
        await graph.write(documents.show, chunks(document, *texts), [], **of, at=moment())
    return await graph.write(documents.complete, **of, at=moment())


def chunks(document: Document, *texts: str) -> list[Chunk]:
    """Chunks of the version that *document* shows."""
    told = replace(document, id=DocumentId(f"{document.id} {document.number}"))
    return [replace(chunk, document=document.id) for chunk in make.chunks(told, *texts)]


async def said(graph: Graph, document: Document, by: Viewer) -> list[str]:
    """What is found of a document."""
    page = await graph.read(documents.chunks, document=document.id, part=Slice(first=20), by=by)
    return [chunk.text for chunk, _ in page.items]


async def history(graph: Graph, document: Document, by: Viewer) -> list[tuple[int, str]]:
    """The number and the status of each version, the latest first."""
    page = await graph.read(documents.versions, document=document.id, part=Slice(first=20), by=by)
    assert page.total == len(page.items)
    return [(version.number, version.status.value) for version, _ in page.items]


async def jobs_of(work: Work, document: Document) -> Sequence[Job]:
    return await work.jobs.about(document.notebook)


async def live_jobs(work: Work, document: Document) -> Sequence[Job]:
    return await work.jobs.about(document.id, live=True)


async def unnoted(driver: AsyncDriver, engine: Engine, document: Document) -> None:
    """Make of a document what it would be if it had come before there were versions."""
    await driver.execute_query(
        "MATCH (d:Document {id: $id})-[:HAS_VERSION]->(v) REMOVE d.number DETACH DELETE v",
        id=document.id,
        database_=engine.database,
    )


@pytest.fixture
async def book(graph: Graph, ada: Viewer) -> Notebook:
    return await make.notebook(graph, ada)


@pytest.fixture
async def document(graph: Graph, ada: Viewer, book: Notebook) -> Document:
    """A document that is understood, of 100 bytes."""
    _, job = await make.document(graph, ada, book)
    return await processed(graph, job, "old words")


async def test_a_document_is_made_with_its_first_version(
    graph: Graph, ada: Viewer, document: Document
) -> None:
    first = await graph.read(documents.version, id=document.id, number=1, by=ada)

    assert await history(graph, document, ada) == [(1, "completed")]
    assert (first.file_hash, first.blob) == (document.file_hash, document.blob)
    assert first.understanding == document.understanding
    with pytest.raises(VersionMissing):
        await graph.read(documents.version, id=document.id, number=2, by=ada)


async def test_the_old_text_is_found_until_the_new_one_is_ready(
    graph: Graph, ada: Viewer, book: Notebook, document: Document
) -> None:
    brought = await added(graph, document, ada, "new", size=30)
    assert await history(graph, document, ada) == [(2, "pending"), (1, "completed")]
    staged, of = await extracted(graph, brought.job, title="New")
    assert (staged.number, staged.coming, staged.blob) == (2, 2, make.blob("new").key)

    meanwhile = await get(graph, document.id, ada)
    assert (meanwhile.number, meanwhile.file_hash) == (1, document.file_hash)
    assert meanwhile.status is ProcessingStatus.COMPLETED
    assert await said(graph, document, ada) == ["old words"]
    assert await size(graph, book, ada) == 100

    found = chunks(staged, "new words", "more")
    await graph.write(documents.show, found, make.findings(staged, "card"), **of, at=moment())
    shown = await graph.write(documents.complete, **of, at=moment())

    assert await get(graph, document.id, ada) == shown
    assert (shown.number, shown.coming, shown.file_size, shown.finding_count) == (2, None, 30, 1)
    assert shown.understanding
    assert (shown.understanding.title, shown.name) == ("New", document.name)
    assert await said(graph, document, ada) == ["new words", "more"]
    assert await size(graph, book, ada) == 30
    assert await history(graph, document, ada) == [(2, "completed"), (1, "completed")]
    first = await graph.read(documents.version, id=document.id, number=1, by=ada)
    assert (first.blob, first.understanding) == (document.blob, document.understanding)


async def test_the_same_bytes_change_nothing(graph: Graph, ada: Viewer, document: Document) -> None:
    same = await added(graph, document, ada, "rivers.txt", size=100)

    assert (same.job, same.version.number) == (None, 1)
    assert await get(graph, document.id, ada) == document
    waiting = await added(graph, document, ada, "new")
    assert (await added(graph, document, ada, "new")).job is None
    await processed(graph, waiting.job, "new words")
    assert (await added(graph, document, ada, "new")).job is None
    assert await history(graph, document, ada) == [(2, "completed"), (1, "completed")]


async def test_a_version_that_is_not_understood_is_never_shown(
    graph: Graph, ada: Viewer, document: Document
) -> None:
    brought = await added(graph, document, ada, "broken")
    await begun(graph, brought.job)
    assert brought.job
    failure = Failure(code="FILE_ENCRYPTED", message="It is encrypted.")
    await graph.write(documents.fail, failure, job=brought.job.id, attempt=1, at=moment())

    now = await get(graph, document.id, ada)
    assert (now.number, now.status, now.failure) == (1, ProcessingStatus.COMPLETED, None)
    assert await said(graph, document, ada) == ["old words"]
    assert await history(graph, document, ada) == [(2, "failed"), (1, "completed")]
    again = await graph.write(documents.retry, job=brought.job.id, by=ada, at=moment())
    assert (await processed(graph, again, "mended")).number == 2
    assert await said(graph, document, ada) == ["mended"]


async def test_an_old_version_comes_back_as_a_new_one(graph: Graph, ada: Viewer, document: Document) -> None:
    await processed(graph, (await added(graph, document, ada, "new")).job, "new words")

    back = await graph.write(documents.restore_version, id=document.id, number=1, by=ada, at=moment())
    shown = await processed(graph, back.job, "old words")

    assert (shown.number, shown.blob, shown.file_size) == (3, document.blob, 100)
    assert await said(graph, document, ada) == ["old words"]
    assert await history(graph, document, ada) == [(n, "completed") for n in (3, 2, 1)]
    nothing = await graph.write(documents.restore_version, id=document.id, number=1, by=ada, at=moment())
    assert nothing.job is None
    with pytest.raises(VersionMissing):
        await graph.write(documents.restore_version, id=document.id, number=4, by=ada, at=moment())


async def test_versions_come_page_by_page_the_latest_first(
    graph: Graph, ada: Viewer, document: Document
) -> None:
    for text in "abcd":
        await added(graph, document, ada, text)

    seen, part = [], Slice(first=2)
    while True:
        page = await graph.read(documents.versions, document=document.id, part=part, by=ada)
        assert page.total == 5
        seen += [version.number for version, _ in page.items]
        if not page.has_next:
            break
        part = Slice(first=2, after=page.items[-1][1])

    assert seen == [5, 4, 3, 2, 1]


async def test_a_later_version_overtakes_one_that_is_processed(
    graph: Graph, ada: Viewer, document: Document
) -> None:
    older = await added(graph, document, ada, "older")
    await begun(graph, older.job)
    newer = await added(graph, document, ada, "newer")

    assert older.job
    with pytest.raises(AttemptOver):
        await graph.write(
            documents.keep_understanding, make.understanding(), job=older.job.id, attempt=1, at=moment()
        )
    assert (await processed(graph, newer.job, "newer words")).number == 3
    assert await history(graph, document, ada) == [(3, "completed"), (2, "failed"), (1, "completed")]
    overtaken = await graph.read(documents.version, id=document.id, number=2, by=ada)
    assert overtaken.failure
    assert overtaken.failure.code == "VERSION_SUPERSEDED"


async def test_what_is_found_stays_while_a_document_is_processed_once_more(
    graph: Graph, ada: Viewer, document: Document
) -> None:
    again = await graph.write(documents.reprocess, id=document.id, by=ada, at=moment())
    await begun(graph, again)

    brought = await added(graph, document, ada, "new")

    assert (brought.document.number, brought.document.coming) == (1, 2)
    assert await said(graph, document, ada) == ["old words"]
    await processed(graph, brought.job, "new words")
    assert await said(graph, document, ada) == ["new words"]


async def test_a_document_of_which_nothing_is_found_yet_shows_its_new_version_at_once(
    graph: Graph, ada: Viewer, book: Notebook
) -> None:
    document, job = await make.document(graph, ada, book)
    await begun(graph, job)

    brought = await added(graph, document, ada, "new", size=30)

    assert (brought.document.number, brought.document.coming) == (2, None)
    assert await size(graph, book, ada) == 30
    with pytest.raises(AttemptOver):
        await graph.write(documents.complete, job=job.id, attempt=1, at=moment())
    await processed(graph, brought.job, "new words")
    assert await said(graph, document, ada) == ["new words"]
    assert await history(graph, document, ada) == [(2, "completed"), (1, "failed")]


async def test_a_document_that_is_older_than_versions_goes_on(
    graph: Graph, ada: Viewer, document: Document, driver: AsyncDriver, engine: Engine
) -> None:
    await unnoted(driver, engine, document)
    assert await history(graph, document, ada) == [(1, "completed")]
    assert (await graph.read(documents.version, id=document.id, number=1, by=ada)).blob == document.blob

    await processed(graph, (await added(graph, document, ada, "new")).job, "new words")

    assert await history(graph, document, ada) == [(2, "completed"), (1, "completed")]
    assert (await graph.read(documents.version, id=document.id, number=1, by=ada)).blob == document.blob


async def test_versions_take_a_writer_and_strangers_learn_nothing(
    graph: Graph, ada: Viewer, ben: Viewer, eve: Viewer, book: Notebook, document: Document
) -> None:
    await make.shared(graph, ada, book, ben, permission=Permission.READ)

    assert await history(graph, document, ben) == [(1, "completed")]
    with pytest.raises(PermissionMissing):
        await added(graph, document, ben, "new")
    with pytest.raises(PermissionMissing):
        await graph.read(documents.may_revise, id=document.id, by=ben)
    for refused in (
        added(graph, document, eve, "new"),
        graph.read(documents.may_revise, id=document.id, by=eve),
        graph.read(documents.version, id=document.id, number=1, by=eve),
        graph.write(documents.restore_version, id=document.id, number=1, by=eve, at=moment()),
    ):
        with pytest.raises(DocumentMissing):
            await refused
    nothing = await graph.read(documents.versions, document=document.id, part=Slice(first=1), by=eve)
    assert (nothing.items, nothing.total) == ([], 0)


async def test_a_version_that_waited_when_its_document_was_deleted_is_processed_when_it_is_back(
    graph: Graph, ada: Viewer, book: Notebook, document: Document
) -> None:
    brought = await added(graph, document, ada, "new")
    await graph.write(notebooks.remove, id=book.id, version=None, by=ada, at=moment())
    await graph.write(notebooks.restore, id=book.id, by=ada, at=moment())
    assert brought.job
    await graph.write(jobs.cancel, id=brought.job.id, at=moment())

    (reindex, *_) = await graph.read(jobs_of, document)
    (revived,) = await graph.write(make.revived, reindex)

    assert revived.subject == document.id
    assert (await processed(graph, revived, "new words")).number == 2


async def test_versions_added_at_once_are_numbered_one_after_the_other(
    plain: Home, ada: Viewer, document: Document
) -> None:
    graph = plain.graph

    found = await asyncio.gather(*(added(graph, document, ada, f"text {n}") for n in range(MANY)))

    assert sorted(each.version.number for each in found) == list(range(2, MANY + 2))
    assert (await get(graph, document.id, ada)).coming == MANY + 1
    latest = next(each for each in found if each.version.number == MANY + 1)
    assert [(job.id, job.status) for job in await graph.read(live_jobs, document)] == [
        (latest.job and latest.job.id, JobStatus.PENDING)
    ]


async def test_of_a_version_and_the_end_of_the_job_before_it_the_version_wins(
    plain: Home, ada: Viewer, document: Document
) -> None:
    graph = plain.graph
    for turn in range(ROUNDS):
        older = await added(graph, document, ada, f"older {turn}")
        staged, of = await extracted(graph, older.job)

        showing, newer = await asyncio.gather(
            graph.write(documents.show, chunks(staged, "older"), [], **of, at=moment()),
            added(graph, document, ada, f"newer {turn}"),
            return_exceptions=True,
        )

        assert isinstance(newer, Added)
        assert isinstance(showing, Document | AttemptOver)
        await processed(graph, newer.job, "newer")
        shown = await get(graph, document.id, ada)
        assert (shown.number, shown.coming) == (newer.version.number, None)
        assert await said(graph, document, ada) == ["newer"]


async def test_of_a_version_and_a_deletion_at_once_nothing_is_left_running(
    plain: Home, ada: Viewer, book: Notebook
) -> None:
    graph = plain.graph
    for turn in range(ROUNDS):
        _, job = await make.document(graph, ada, book, f"{turn}.txt")
        document = await processed(graph, job, "words")

        _, brought = await asyncio.gather(
            graph.write(documents.remove, id=document.id, version=None, by=ada, at=moment()),
            added(graph, document, ada, "new"),
            return_exceptions=True,
        )

        assert isinstance(brought, Added | Refused)
        assert all(job.kind is not JobKind.PROCESSING for job in await graph.read(live_jobs, document))
        assert await size(graph, book, ada) == 0
