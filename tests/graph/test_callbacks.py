"""Callbacks in the graph: told once of what their owner may know, and tried by one at a time."""

import asyncio
from collections.abc import Sequence
from dataclasses import replace
from datetime import timedelta

import pytest

from aether.adapters.neo4j.graph import Neo4jGraph
from aether.adapters.system import moment
from aether.domain import callbacks, collaborations, documents, jobs, uploads
from aether.domain.access import Permission
from aether.domain.callbacks import (
    Callback,
    CallbackId,
    CallbackMissing,
    Delivery,
    DeliveryId,
    DeliveryMissing,
    DeliveryPending,
    DeliveryStatus,
    Due,
    Outcome,
    TooManyCallbacks,
)
from aether.domain.documents import Document, DocumentMissing
from aether.domain.graph import Graph, Work
from aether.domain.jobs import Failure, Job
from aether.domain.moments import Moment
from aether.domain.notebooks import Notebook, NotebookMissing
from aether.domain.uploads import Draft, Limits, UploadId, UploadMissing
from aether.domain.users import UserStatus
from aether.domain.viewers import RoleMissing, Viewer
from tests import make
from tests.make import Home


@pytest.fixture
async def book(graph: Graph, ada: Viewer) -> Notebook:
    return await make.notebook(graph, ada)


async def ended(graph: Graph, by: Viewer, book: Notebook) -> tuple[Document, Job]:
    """A document of *book*, and its job, which is over."""
    document, job = await make.document(graph, by, book)
    await graph.write(jobs.claim, id=job.id, attempt=1, at=moment())
    failure = Failure(code="FILE_BROKEN", message="Private words.")
    await graph.write(documents.fail, failure, job=job.id, attempt=1, at=moment())
    return document, (await graph.read(jobs.get_many, [job.id]))[job.id]


async def told(graph: Graph, job: Job) -> Sequence[Delivery]:
    return await graph.write(callbacks.tell, make.end_of(job), at=moment())


def later(seconds: float = 1) -> Moment:
    at = moment()
    return replace(at, now=at.now + timedelta(seconds=seconds))


async def tried(graph: Graph, id: DeliveryId, outcome: Outcome, *, at: Moment) -> Delivery | None:
    held = await graph.write(callbacks.claim, id=id, at=at)
    assert held
    return await graph.write(callbacks.settle, outcome, id=id, attempt=held[0].attempts, at=at)


async def of(graph: Graph, by: Viewer, callback: Callback) -> Sequence[Delivery]:
    return await graph.read(callbacks.deliveries_of, callback=callback.id, limit=50, by=by)


async def test_the_end_of_a_job_is_told_to_its_document_and_to_all_notebooks_above(
    graph: Graph, ada: Viewer
) -> None:
    top, low = await make.chain(graph, ada, 2)
    beside = await make.notebook(graph, ada)
    document, job = await ended(graph, ada, low)
    wanted = [await make.callback(graph, ada, subject) for subject in (document.id, low.id, top.id)]
    other, _ = await make.document(graph, ada, low)
    for subject in (beside.id, other.id):
        await make.callback(graph, ada, subject)

    found = await told(graph, job)

    assert [it.callback for it in found] == [it.id for it in wanted]
    assert {(it.status, it.attempts, it.kind) for it in found} == {(DeliveryStatus.PENDING, 0, "job.failed")}
    assert await of(graph, ada, wanted[0]) == [found[0]]


async def test_what_is_told_are_ids_and_states_and_no_words(
    graph: Graph, ada: Viewer, book: Notebook
) -> None:
    await make.callback(graph, ada, book.id)
    document, job = await ended(graph, ada, book)

    (delivery,) = await told(graph, job)

    for shown in (job.id, document.id, book.id, '"status":"failed"', '"error":{"code":"FILE_BROKEN"}'):
        assert shown in delivery.body
    for hidden in ("Private", document.name, book.name):
        assert hidden not in delivery.body


async def test_an_event_that_is_handed_on_twice_is_told_once(
    graph: Graph, ada: Viewer, book: Notebook
) -> None:
    callback = await make.callback(graph, ada, book.id)
    _, job = await ended(graph, ada, book)

    first, second = await told(graph, job), await told(graph, job)

    assert len(first) == 1
    assert second == []
    assert await of(graph, ada, callback) == first


async def test_a_callback_for_once_is_told_of_one_job(graph: Graph, ada: Viewer, book: Notebook) -> None:
    callback = await make.callback(graph, ada, book.id, once=True)
    _, first = await ended(graph, ada, book)
    _, second = await ended(graph, ada, book)

    assert len(await told(graph, first)) == 1
    assert await told(graph, second) == []
    (kept,) = await graph.read(callbacks.of_viewer, by=ada)
    assert (kept.id, kept.ended_why) == (callback.id, "told")
    (delivery,) = await of(graph, ada, callback)
    assert await graph.write(callbacks.claim, id=delivery.id, at=later()) is not None


async def test_jobs_that_are_not_over_or_process_nothing_are_not_told(
    graph: Graph, ada: Viewer, book: Notebook
) -> None:
    await make.callback(graph, ada, book.id)
    _, running = await make.document(graph, ada, book)
    indexing = await graph.write(jobs.reindex, notebook=book.id, by=ada.user, tenant=ada.tenant, at=moment())
    over = await graph.write(jobs.cancel, id=indexing.id, at=moment())

    assert await told(graph, running) == []
    assert await told(graph, over) == []


async def test_who_may_no_longer_read_or_enter_is_told_nothing(
    graph: Graph, ada: Viewer, ben: Viewer, book: Notebook
) -> None:
    await make.shared(graph, ada, book, ben)
    await make.callback(graph, ben, book.id)
    _, first = await ended(graph, ada, book)
    _, second = await ended(graph, ada, book)
    _, third = await ended(graph, ada, book)
    assert len(await told(graph, first)) == 1

    await graph.write(_put_status, ben, UserStatus.SUSPENDED)
    assert await told(graph, second) == []
    await graph.write(_put_status, ben, UserStatus.ACTIVE)
    await graph.write(collaborations.revoke, notebook=book.id, user=ben.user, by=ada, at=moment())
    assert await told(graph, third) == []


async def _put_status(work: Work, who: Viewer, status: UserStatus) -> None:
    user = (await work.users.lock([who.user]))[who.user]
    await work.users.put(replace(user, status=status))


async def test_a_callback_takes_something_that_one_may_read(
    graph: Graph, ada: Viewer, eve: Viewer, book: Notebook
) -> None:
    document, job = await make.document(graph, ada, book)
    limits, at = Limits(most=10, lasts=timedelta(hours=1)), moment()
    draft = Draft(notebook=book.id, filename="a.txt", length=1)
    upload = await graph.write(
        uploads.begin, draft, id=UploadId(at.id("upload")), limits=limits, by=ada, at=at
    )

    ahead = await make.callback(graph, ada, upload.id)
    assert ahead.subject == uploads.document_of(upload.id)
    for subject, missing in (
        (book.id, NotebookMissing),
        (document.id, DocumentMissing),
        (upload.id, UploadMissing),
        (job.id, NotebookMissing),
    ):
        with pytest.raises(missing):
            await make.callback(graph, eve, subject)
    with pytest.raises(NotebookMissing):
        await make.callback(graph, ada, job.id)


async def test_a_key_that_only_reads_registers_none(graph: Graph, ada: Viewer, book: Notebook) -> None:
    reader = replace(ada, ceiling=Permission.READ, by_key=True)

    with pytest.raises(RoleMissing):
        await make.callback(graph, reader, book.id)


async def test_there_are_so_many_and_no_more(
    graph: Graph, ada: Viewer, book: Notebook, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(callbacks.keeping, "CALLBACKS_MOST", 2)
    first = await make.callback(graph, ada, book.id)
    await make.callback(graph, ada, book.id)
    with pytest.raises(TooManyCallbacks):
        await make.callback(graph, ada, book.id)

    await make.callback(graph, ada, book.id, once=True)
    await graph.write(callbacks.remove, id=first.id, by=ada, at=moment())
    await make.callback(graph, ada, book.id)


async def test_one_thing_has_so_many_of_one_person_and_no_more(
    graph: Graph, ada: Viewer, book: Notebook, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(callbacks.keeping, "SUBJECT_MOST", 2)
    other = await make.notebook(graph, ada)
    await make.callback(graph, ada, book.id)
    await make.callback(graph, ada, book.id, once=True)

    with pytest.raises(TooManyCallbacks):
        await make.callback(graph, ada, book.id, once=True)

    await make.callback(graph, ada, other.id, once=True)


async def test_a_callback_on_an_upload_of_a_version_is_on_its_document(
    graph: Graph, ada: Viewer, book: Notebook
) -> None:
    document, _ = await ended(graph, ada, book)
    draft, id = (
        Draft(notebook=None, target=document.id, filename="new.txt", length=3),
        UploadId(moment().id("upload")),
    )
    limits = Limits(most=10, lasts=timedelta(hours=1))
    await graph.write(uploads.begin, draft, id=id, limits=limits, by=ada, at=moment())

    callback = await make.callback(graph, ada, id)

    assert callback.subject == document.id


async def test_a_callback_and_its_deliveries_are_its_owners_alone(
    graph: Graph, ada: Viewer, ben: Viewer, book: Notebook
) -> None:
    await make.shared(graph, ada, book, ben)
    callback = await make.callback(graph, ada, book.id)
    _, job = await ended(graph, ada, book)
    (delivery,) = await told(graph, job)

    assert await graph.read(callbacks.of_viewer, by=ben) == []
    assert await of(graph, ben, callback) == []
    with pytest.raises(CallbackMissing):
        await graph.write(callbacks.remove, id=callback.id, by=ben, at=moment())
    with pytest.raises(DeliveryMissing):
        await graph.write(callbacks.resend, id=delivery.id, by=ben, at=moment())
    with pytest.raises(DeliveryMissing):
        await graph.write(callbacks.resend, id=DeliveryId("delivery_0"), by=ada, at=moment())
    with pytest.raises(CallbackMissing):
        await graph.write(callbacks.remove, id=CallbackId("callback_0"), by=ada, at=moment())


async def test_a_deleted_callback_is_told_nothing_not_even_what_was_due(
    graph: Graph, ada: Viewer, book: Notebook
) -> None:
    callback = await make.callback(graph, ada, book.id)
    _, first = await ended(graph, ada, book)
    _, second = await ended(graph, ada, book)
    (delivery,) = await told(graph, first)

    await graph.write(callbacks.remove, id=callback.id, by=ada, at=moment())

    assert await told(graph, second) == []
    assert await graph.write(callbacks.claim, id=delivery.id, at=later()) is None
    (kept,) = await of(graph, ada, callback)
    assert (kept.status, kept.due_at) == (DeliveryStatus.FAILED, None)
    with pytest.raises(DeliveryMissing):
        await graph.write(callbacks.resend, id=delivery.id, by=ada, at=moment())


async def test_a_receiver_that_is_gone_ends_its_callback(graph: Graph, ada: Viewer, book: Notebook) -> None:
    callback = await make.callback(graph, ada, book.id)
    _, job = await ended(graph, ada, book)
    (delivery,) = await told(graph, job)

    await tried(graph, delivery.id, Outcome(status=410), at=later())

    (kept,) = await graph.read(callbacks.of_viewer, by=ada)
    assert (kept.id, kept.ended_why) == (callback.id, "gone")


async def test_a_delivery_is_claimed_by_one_and_settled_by_who_claimed_it(
    plain: Home, graph: Graph, ada: Viewer, book: Notebook
) -> None:
    callback = await make.callback(graph, ada, book.id)
    _, job = await ended(graph, ada, book)
    (delivery,) = await told(graph, job)
    at = later()

    held = await asyncio.gather(
        *(plain.graph.write(callbacks.claim, id=delivery.id, at=at) for _ in range(5))
    )
    (one,) = [it for it in held if it is not None]
    assert (one[0].attempts, one[1].secret) == (1, callback.secret)

    again = await plain.graph.write(callbacks.claim, id=delivery.id, at=later(120))
    assert again
    assert again[0].attempts == 2
    late = await plain.graph.write(
        callbacks.settle, Outcome(status=200), id=delivery.id, attempt=1, at=moment()
    )
    assert late is None
    assert (await of(graph, ada, callback))[0].status is DeliveryStatus.PENDING


async def test_what_is_due_is_found_until_it_is_over(
    anybody: Neo4jGraph, plain: Home, graph: Graph, ada: Viewer, book: Notebook
) -> None:
    callback = await make.callback(graph, ada, book.id)
    _, job = await ended(graph, ada, book)
    (delivery,) = await told(graph, job)

    async def due(seconds: float, *besides: str) -> list[Due]:
        found = await anybody.read(callbacks.due, now=later(seconds).now, besides=besides, limit=10_000)
        return [it for it in found if it.tenant == plain.tenant.id]

    assert await due(1) == await due(1, "other.example") == [(delivery.id, plain.tenant.id, "hooks.example")]
    assert await due(1, "other.example", "hooks.example") == []
    await tried(plain.graph, delivery.id, Outcome(error="TIMEOUT"), at=later(1))
    assert await due(1) == []
    assert [it.id for it in await due(10)] == [delivery.id]
    (waiting,) = await of(graph, ada, callback)
    assert (waiting.outcome, waiting.attempts) == (Outcome(error="TIMEOUT"), 1)
    await tried(plain.graph, delivery.id, Outcome(status=204), at=later(10))
    assert await due(10**6) == []
    with pytest.raises(DeliveryMissing):
        await graph.write(callbacks.resend, id=DeliveryId("x"), by=ada, at=moment())

    await graph.write(callbacks.resend, id=delivery.id, by=ada, at=moment())
    assert [it.id for it in await due(1)] == [delivery.id]
    with pytest.raises(DeliveryPending):
        await plain.graph.write(callbacks.resend, id=delivery.id, by=ada, at=moment())


async def test_what_has_long_been_over_is_forgotten_and_nothing_else(
    anybody: Neo4jGraph, plain: Home, graph: Graph, ada: Viewer, book: Notebook
) -> None:
    callback = await make.callback(graph, ada, book.id)
    _, first = await ended(graph, ada, book)
    _, second = await ended(graph, ada, book)
    (over,) = await told(graph, first)
    (waiting,) = await told(graph, second)
    await tried(plain.graph, over.id, Outcome(status=200), at=later())

    await anybody.write(callbacks.forget, now=moment().now + timedelta(days=29), limit=1_000)
    assert len(await of(graph, ada, callback)) == 2
    await anybody.write(callbacks.forget, now=moment().now + timedelta(days=31), limit=1_000)
    assert [it.id for it in await of(graph, ada, callback)] == [waiting.id]


async def test_a_tenant_sees_nothing_of_another(
    graph: Graph, abroad: Home, ada: Viewer, book: Notebook
) -> None:
    callback = await make.callback(graph, ada, book.id)
    _, job = await ended(graph, ada, book)
    (delivery,) = await told(graph, job)

    assert await abroad.graph.write(callbacks.tell, make.end_of(job), at=moment()) == []
    assert await abroad.graph.write(callbacks.claim, id=delivery.id, at=later()) is None
    assert await abroad.graph.read(callbacks.of_viewer, by=ada) == []
    assert await of(abroad.graph, ada, callback) == []
