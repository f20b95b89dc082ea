import os
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from aether.adapters.system import moment
from aether.domain import documents, jobs, notebooks
from aether.domain.access import Permission, PermissionMissing
from aether.domain.compliance import ComplianceSettings
from aether.domain.documents import (
    Chunk,
    Document,
    DocumentBusy,
    DocumentId,
    DocumentMissing,
    DocumentOrder,
    DocumentStale,
    EmbeddingStatus,
    Finding,
    ProcessingStatus,
)
from aether.domain.errors import Invalid
from aether.domain.graph import Graph
from aether.domain.jobs import AttemptOver, Failure, Job, JobId, JobKind, JobMissing, JobOver, JobStatus
from aether.domain.moments import Moment
from aether.domain.notebooks import (
    Notebook,
    NotebookArchived,
    NotebookHeld,
    NotebookId,
    NotebookMissing,
    Visibility,
)
from aether.domain.pages import Slice
from aether.domain.sensitive import SensitiveKind
from aether.domain.users import Role
from aether.domain.viewers import RoleMissing, Viewer
from tests import make
from tests.make import Home


async def get(graph: Graph, id: DocumentId, by: Viewer) -> Document:
    return (await graph.read(documents.get_many, [id], by=by))[id].document


async def counts(graph: Graph, book: Notebook, by: Viewer) -> tuple[int, int]:
    found = (await graph.read(notebooks.get_many, [book.id], by=by))[book.id].notebook
    return found.document_count, found.total_size_bytes


async def remove(graph: Graph, document: Document, by: Viewer, *, version: int | None = None) -> None:
    await graph.write(documents.remove, id=document.id, version=version, by=by, at=moment())


async def claimed(graph: Graph, job: Job) -> Job:
    running = await graph.write(jobs.claim, id=job.id, attempt=job.attempt, at=moment())
    await graph.write(documents.begin, job=job.id, attempt=job.attempt, at=moment())
    return running


async def processed(graph: Graph, document: Document, job: Job, *texts: str) -> list[Chunk]:
    """What a worker commits for a document, stage by stage; gives back the chunks."""
    kept = make.chunks(document, *texts)
    await claimed(graph, job)
    await graph.write(documents.keep_understanding, make.understanding(), job=job.id, attempt=1, at=moment())
    await graph.write(documents.keep_chunks, kept, job=job.id, attempt=1, at=moment())
    await graph.write(documents.complete, job=job.id, attempt=1, at=moment())
    return kept


async def test_a_file_is_kept_with_what_is_known_of_it_and_a_job(graph: Graph, ada: Viewer) -> None:
    book = await make.notebook(graph, ada)

    document, job = await make.document(graph, ada, book, "C:\\rivers\\Rhine.pdf", size=12_000_000)

    assert await get(graph, document.id, ada) == document
    assert (document.name, document.tier, document.status) == ("Rhine.pdf", 2, ProcessingStatus.PENDING)
    assert await graph.read(documents.jobs_of_document, document=document.id, by=ada) == [job]
    assert (job.status, job.stage, job.subject) == (JobStatus.PENDING, "validate", document.id)


async def test_counts_and_sizes_follow_every_change(graph: Graph, ada: Viewer) -> None:
    top, low = await make.chain(graph, ada, 2)
    first, _ = await make.document(graph, ada, low, "a.txt", size=10)
    await make.document(graph, ada, low, "b.txt", size=32)
    assert await counts(graph, low, ada) == (2, 42)
    assert await counts(graph, top, ada) == (0, 0)

    await graph.write(documents.rename, id=first.id, name="c.txt", version=1, by=ada, at=moment())
    assert await counts(graph, low, ada) == (2, 42)
    await remove(graph, first, ada)
    assert await counts(graph, low, ada) == (1, 32)
    with pytest.raises(DocumentMissing):
        await remove(graph, first, ada)
    assert await counts(graph, low, ada) == (1, 32)
    await graph.write(notebooks.move, id=low.id, to=None, version=None, by=ada, at=moment())
    await graph.write(notebooks.remove, id=low.id, version=None, by=ada, at=moment())
    await graph.write(notebooks.restore, id=low.id, by=ada, at=moment())
    assert await counts(graph, low, ada) == (1, 32)


async def test_a_rename_has_its_version_and_its_limits(graph: Graph, ada: Viewer) -> None:
    book = await make.notebook(graph, ada)
    document, _ = await make.document(graph, ada, book)

    renamed = await graph.write(documents.rename, id=document.id, name="x", version=1, by=ada, at=moment())

    assert await get(graph, document.id, ada) == renamed
    assert (renamed.name, renamed.original_filename, renamed.version) == ("x", "rivers.txt", 2)
    with pytest.raises(DocumentStale):
        await graph.write(documents.rename, id=document.id, name="y", version=1, by=ada, at=moment())
    with pytest.raises(DocumentStale):
        await remove(graph, document, ada, version=1)
    with pytest.raises(Invalid):
        await graph.write(documents.rename, id=document.id, name=" ", version=None, by=ada, at=moment())
    assert (
        await graph.write(documents.rename, id=document.id, name="x", version=2, by=ada, at=moment())
    ) == renamed


@pytest.mark.parametrize("name", ["", "  ", "...", "folder/", "x" * 256, "a\x00b"])
async def test_a_file_without_a_proper_name_is_refused(graph: Graph, ada: Viewer, name: str) -> None:
    book = await make.notebook(graph, ada)

    with pytest.raises(Invalid) as refusal:
        await make.document(graph, ada, book, name)

    assert refusal.value.field == "filename"
    assert await counts(graph, book, ada) == (0, 0)


async def test_adding_and_changing_takes_a_writer(home: Home, graph: Graph, ada: Viewer, ben: Viewer) -> None:
    book = await make.notebook(graph, ada, visibility=Visibility.PUBLIC)
    document, job = await make.document(graph, ada, book)

    with pytest.raises(PermissionMissing):
        await graph.read(documents.may_add, notebook=book.id, by=ben)
    for attempt in (
        make.document(graph, ben, book),
        remove(graph, document, ben),
        graph.write(documents.rename, id=document.id, name="x", version=None, by=ben, at=moment()),
        graph.write(documents.reprocess, id=document.id, by=ben, at=moment()),
        graph.write(documents.cancel, job=job.id, by=ben, at=moment()),
    ):
        with pytest.raises(PermissionMissing):
            await attempt
    await make.shared(graph, ada, book, ben, permission=Permission.WRITE)
    await graph.read(documents.may_add, notebook=book.id, by=ben)
    await make.document(graph, ben, book)
    reader = await home.person("rita", Role.VIEWER)
    with pytest.raises(RoleMissing):
        await graph.read(documents.may_add, notebook=book.id, by=reader)


async def test_nothing_is_added_where_nothing_is_or_changes(graph: Graph, ada: Viewer) -> None:
    book = await make.notebook(graph, ada)
    document, _ = await make.document(graph, ada, book)
    await graph.write(notebooks.archive, id=book.id, archived=True, version=None, by=ada, at=moment())

    with pytest.raises(NotebookArchived):
        await graph.read(documents.may_add, notebook=book.id, by=ada)
    with pytest.raises(NotebookArchived):
        await graph.write(documents.rename, id=document.id, name="x", version=None, by=ada, at=moment())
    with pytest.raises(NotebookArchived):
        await remove(graph, document, ada)
    await graph.write(notebooks.remove, id=book.id, version=None, by=ada, at=moment())
    for gone in (book.id, NotebookId("notebook_none")):
        with pytest.raises(NotebookMissing):
            await graph.read(documents.may_add, notebook=gone, by=ada)
    with pytest.raises(NotebookMissing):
        await make.document(graph, ada, book)
    with pytest.raises(DocumentMissing):
        await remove(graph, document, ada)


async def test_a_document_is_understood_stage_by_stage(graph: Graph, ada: Viewer) -> None:
    book = await make.notebook(graph, ada)
    document, job = await make.document(graph, ada, book)

    await claimed(graph, job)
    assert (await get(graph, document.id, ada)).status is ProcessingStatus.PROCESSING
    await graph.write(
        documents.keep_understanding, make.understanding(title="Rivers"), job=job.id, attempt=1, at=moment()
    )
    found = await get(graph, document.id, ada)
    assert found.understanding == make.understanding(title="Rivers")
    salmon, trout, eel = make.chunks(document, "salmon", "trout", "eel")
    kept = [salmon, replace(trout, vectored=False), eel]
    await graph.write(documents.keep_chunks, kept, job=job.id, attempt=1, at=moment())
    assert (await get(graph, document.id, ada)).embedding is EmbeddingStatus.RUNNING
    at = moment()
    await graph.write(documents.complete, job=job.id, attempt=1, at=at)

    found = await get(graph, document.id, ada)
    assert (found.status, found.embedding) == (ProcessingStatus.COMPLETED, EmbeddingStatus.DONE)
    assert (found.chunk_count, found.vector_count, found.processed_at, found.version) == (3, 2, at.now, 1)
    assert await graph.read(documents.chunks_to_index, document=document.id) == kept
    (over,) = await graph.read(documents.jobs_of_document, document=document.id, by=ada)
    assert (over.status, over.progress) == (JobStatus.COMPLETED, 100)


async def test_chunks_come_in_order_page_by_page(graph: Graph, ada: Viewer) -> None:
    book = await make.notebook(graph, ada)
    document, job = await make.document(graph, ada, book)
    kept = await processed(graph, document, job, *(f"text {number}" for number in range(7)))
    found: list[Chunk] = []
    part = Slice(first=3)
    while True:
        page = await graph.read(documents.chunks, document=document.id, part=part, by=ada)
        found += [chunk for chunk, _ in page.items]
        assert page.total == 7
        if not page.has_next:
            break
        part = Slice(first=3, after=page.items[-1][1])

    assert found == kept
    beyond = await graph.read(
        documents.chunks, document=document.id, part=Slice(after=page.items[-1][1]), by=ada
    )
    assert (beyond.items, beyond.total) == ([], 7)
    assert await graph.read(documents.chunks_by_id, [kept[3].id], by=ada) == {kept[3].id: kept[3]}


async def test_chunks_are_replaced_when_a_document_is_processed_once_more(graph: Graph, ada: Viewer) -> None:
    book = await make.notebook(graph, ada)
    document, job = await make.document(graph, ada, book)
    await processed(graph, document, job, "old", "older", "oldest")

    again = await graph.write(documents.reprocess, id=document.id, by=ada, at=moment())
    kept = await processed(graph, document, again, "new")

    assert await graph.read(documents.chunks_to_index, document=document.id) == kept
    assert (await get(graph, document.id, ada)).chunk_count == 1


async def findings(graph: Graph, document: Document, by: Viewer, *, first: int = 20) -> list[Finding]:
    page = await graph.read(documents.findings, document=document.id, part=Slice(first=first), by=by)
    return [finding for finding, _ in page.items]


async def test_findings_are_kept_with_the_understanding_and_replaced_with_it(
    graph: Graph, ada: Viewer, ben: Viewer
) -> None:
    book = await make.notebook(graph, ada)
    document, job = await make.document(graph, ada, book)
    kept = make.findings(document, "•••• 4242", "•••• 4444", "•••• 0005")
    await claimed(graph, job)
    about: dict[str, Any] = {"job": job.id, "attempt": 1, "at": moment()}

    understood = await graph.write(documents.keep_understanding, make.understanding(), kept, **about)

    assert (understood.pii_detected, understood.finding_count) == (True, 3)
    assert await get(graph, document.id, ada) == understood
    assert await findings(graph, document, ada) == kept
    assert await findings(graph, document, ada, first=2) == kept[:2]
    assert await findings(graph, document, ben) == []
    ids = [finding.id for finding in kept]
    assert await graph.read(documents.findings_by_id, ids, by=ada) == dict(zip(ids, kept, strict=True))
    assert await graph.read(documents.findings_by_id, ids, by=ben) == {}

    await graph.write(documents.complete, **about)
    again = await graph.write(documents.reprocess, id=document.id, by=ada, at=moment())
    await claimed(graph, again)
    fewer = make.findings(document, "••••••••", kind=SensitiveKind.PASSWORD)
    about = {"job": again.id, "attempt": 1, "at": moment()}
    understood = await graph.write(documents.keep_understanding, make.understanding(), fewer, **about)

    assert (understood.pii_detected, understood.finding_count) == (False, 1)
    assert await findings(graph, document, ada) == fewer


async def test_an_attempt_that_is_over_leaves_the_findings_as_they_are(graph: Graph, ada: Viewer) -> None:
    document, job = await make.document(graph, ada, await make.notebook(graph, ada))
    await claimed(graph, job)
    kept = make.findings(document, "•••• 4242")
    await graph.write(
        documents.keep_understanding, make.understanding(), kept, job=job.id, attempt=1, at=moment()
    )
    await graph.write(documents.strand, job=job.id, attempt=1, at=moment())

    with pytest.raises(AttemptOver):
        await graph.write(
            documents.keep_understanding, make.understanding(), [], job=job.id, attempt=1, at=moment()
        )

    assert await findings(graph, document, ada) == kept


async def test_a_document_is_processed_by_one_job_at_a_time(graph: Graph, ada: Viewer) -> None:
    book = await make.notebook(graph, ada)
    document, job = await make.document(graph, ada, book)

    with pytest.raises(DocumentBusy):
        await graph.write(documents.reprocess, id=document.id, by=ada, at=moment())
    with pytest.raises(DocumentBusy):
        await graph.write(documents.retry, job=job.id, by=ada, at=moment())
    await graph.write(documents.cancel, job=job.id, by=ada, at=moment())
    again = await graph.write(documents.retry, job=job.id, by=ada, at=moment())

    found = await graph.read(documents.jobs_of_document, document=document.id, by=ada)
    assert [each.id for each in found] == [again.id, job.id]


async def test_a_cancelled_job_says_so_on_its_document_and_stays_cancelled(graph: Graph, ada: Viewer) -> None:
    book = await make.notebook(graph, ada)
    document, job = await make.document(graph, ada, book)
    await claimed(graph, job)

    cancelled = await graph.write(documents.cancel, job=job.id, by=ada, at=moment())

    assert cancelled.status is JobStatus.CANCELLED
    found = await get(graph, document.id, ada)
    assert found.failure == Failure(code="JOB_CANCELLED", message="Its processing was cancelled.")
    assert found.status is ProcessingStatus.FAILED
    with pytest.raises(JobOver):
        await graph.write(documents.cancel, job=job.id, by=ada, at=moment())
    with pytest.raises(AttemptOver):
        await graph.write(
            documents.keep_understanding, make.understanding(), job=job.id, attempt=1, at=moment()
        )
    with pytest.raises(JobMissing):
        await graph.write(documents.cancel, job=JobId("job_none"), by=ada, at=moment())


async def test_why_processing_failed_is_kept_until_it_begins_again(graph: Graph, ada: Viewer) -> None:
    book = await make.notebook(graph, ada)
    document, job = await make.document(graph, ada, book)
    await claimed(graph, job)
    failure = Failure(code="FILE_ENCRYPTED", message="It is encrypted.")

    await graph.write(documents.fail, failure, job=job.id, attempt=1, at=moment())

    found = await get(graph, document.id, ada)
    assert (found.status, found.failure) == (ProcessingStatus.FAILED, failure)
    (over,) = await graph.read(documents.jobs_of_document, document=document.id, by=ada)
    assert (over.status, over.failure) == (JobStatus.FAILED, failure)
    again = await graph.write(documents.retry, job=job.id, by=ada, at=moment())
    await claimed(graph, again)
    found = await get(graph, document.id, ada)
    assert (found.status, found.failure) == (ProcessingStatus.PROCESSING, None)


async def test_deleting_a_document_ends_its_job_and_asks_for_its_vectors_to_go(
    graph: Graph, ada: Viewer
) -> None:
    book = await make.notebook(graph, ada)
    document, job = await make.document(graph, ada, book)
    running = await claimed(graph, job)

    await remove(graph, document, ada)

    over = (await graph.read(jobs.get_many, [job.id]))[job.id]
    assert over.status is JobStatus.CANCELLED
    with pytest.raises(AttemptOver):
        await graph.write(documents.complete, job=job.id, attempt=running.attempt, at=moment())
    (reindex,) = await graph.read(documents.jobs_of_notebook, notebook=book.id, live=True, by=ada)
    assert reindex.kind is JobKind.REINDEX
    await graph.write(jobs.claim, id=reindex.id, attempt=1, at=moment())
    placed = await graph.write(documents.places, reindex)
    assert placed == {document.id: None}


async def test_a_job_whose_document_is_gone_ends_when_it_is_begun(graph: Graph, ada: Viewer) -> None:
    book = await make.notebook(graph, ada)
    _, job = await make.document(graph, ada, book)
    await graph.write(notebooks.remove, id=book.id, version=None, by=ada, at=moment())
    await graph.write(jobs.claim, id=job.id, attempt=1, at=moment())

    assert await graph.write(documents.begin, job=job.id, attempt=1, at=moment()) is None

    assert (await graph.read(jobs.get_many, [job.id]))[job.id].status is JobStatus.CANCELLED


async def test_where_documents_lie_is_told_from_the_top_down(graph: Graph, ada: Viewer) -> None:
    top, middle, low = await make.chain(graph, ada, 3)
    here, _ = await make.document(graph, ada, middle, "here.txt")
    deep, _ = await make.document(graph, ada, low, "deep.txt")
    await graph.write(notebooks.move, id=middle.id, to=None, version=None, by=ada, at=moment())
    (moved, *_) = await graph.read(documents.jobs_of_notebook, notebook=middle.id, live=True, by=ada)
    await graph.write(jobs.claim, id=moved.id, attempt=1, at=moment())

    placed = await graph.write(documents.places, moved)
    await graph.write(documents.place, placed, job=moved.id, attempt=1)

    assert placed == {here.id: (middle.id,), deep.id: (middle.id, low.id)}
    assert await graph.read(documents.path_of, notebook=low.id) == (middle.id, low.id)
    assert await graph.read(documents.path_of, notebook=top.id) == (top.id,)
    with pytest.raises(AttemptOver):
        await graph.write(documents.place, placed, job=moved.id, attempt=2)


@pytest.mark.parametrize("order", DocumentOrder)
async def test_pages_of_documents_neither_skip_nor_repeat(
    graph: Graph, ada: Viewer, order: DocumentOrder
) -> None:
    book = await make.notebook(graph, ada)
    now = moment().now
    made = []
    for place, name in enumerate(("b", "a", "B", "same", "c", "same", "same")):
        at = Moment(now=now + timedelta(milliseconds=place % 2), seed=os.urandom(16))
        made.append((await make.document(graph, ada, book, name, at=at))[0])
    found: list[Document] = []
    part = Slice(first=2)
    while True:
        page = await graph.read(documents.page, notebook=book.id, status=None, order=order, part=part, by=ada)
        found += [seen.document for seen, _ in page.items]
        assert page.total == 7
        if not page.has_next:
            break
        part = Slice(first=2, after=page.items[-1][1])

    def key(document: Document) -> tuple[object, str]:
        if order is DocumentOrder.NAME:
            return document.name.casefold(), document.id
        return -int(document.uploaded_at.timestamp() * 1000), document.id

    assert [document.id for document in found] == [document.id for document in sorted(made, key=key)]


async def test_a_list_of_documents_can_be_narrowed_to_a_status(graph: Graph, ada: Viewer) -> None:
    book = await make.notebook(graph, ada)
    await make.document(graph, ada, book, "a.txt")
    _, job = await make.document(graph, ada, book, "b.txt")
    await graph.write(documents.cancel, job=job.id, by=ada, at=moment())

    page = await graph.read(
        documents.page,
        notebook=book.id,
        status=ProcessingStatus.FAILED,
        order=DocumentOrder.NAME,
        part=Slice(),
        by=ada,
    )

    assert ([seen.document.name for seen, _ in page.items], page.total) == (["b.txt"], 1)


async def test_metadata_of_any_json_is_kept_as_it_is(graph: Graph, ada: Viewer) -> None:
    book = await make.notebook(graph, ada)
    document, job = await make.document(graph, ada, book)
    await claimed(graph, job)
    odd = replace(make.understanding(), metadata={"ä": [1, None, {"x": "\u0000 '\"\\"}]})

    await graph.write(documents.keep_understanding, odd, job=job.id, attempt=1, at=moment())

    assert (await get(graph, document.id, ada)).understanding == odd


async def test_what_waited_when_it_was_deleted_is_processed_when_it_comes_back(
    graph: Graph, ada: Viewer
) -> None:
    book = await make.notebook(graph, ada)
    document, job = await make.document(graph, ada, book)
    await graph.write(notebooks.remove, id=book.id, version=None, by=ada, at=moment())
    await graph.write(jobs.claim, id=job.id, attempt=1, at=moment())
    await graph.write(documents.begin, job=job.id, attempt=1, at=moment())
    await graph.write(notebooks.restore, id=book.id, by=ada, at=moment())
    live = await graph.read(documents.jobs_of_notebook, notebook=book.id, live=True, by=ada)
    restored = next(each for each in live if each.kind is JobKind.REINDEX)

    (again,) = await graph.write(make.revived, restored)

    assert (again.kind, again.subject) == (JobKind.PROCESSING, document.id)
    assert await graph.write(make.revived, restored) == []


async def test_nothing_below_a_notebook_under_legal_hold_is_deleted_or_moved_out(
    graph: Graph, ada: Viewer
) -> None:
    top, low = await make.chain(graph, ada, 2)
    document, _ = await make.document(graph, ada, low)
    hold = ComplianceSettings(legal_hold=True)
    await graph.write(notebooks.update_compliance, hold, id=top.id, version=None, by=ada, at=moment())

    with pytest.raises(NotebookHeld):
        await remove(graph, document, ada)
    with pytest.raises(NotebookHeld):
        await graph.write(notebooks.remove, id=low.id, version=None, by=ada, at=moment())
    with pytest.raises(NotebookHeld):
        await graph.write(notebooks.move, id=low.id, to=None, version=None, by=ada, at=moment())
