"""The outbox: an event is there if its cause is, and gone if that failed."""

import pytest

from aether.adapters.neo4j.graph import Neo4jGraph
from aether.adapters.system import moment
from aether.domain import documents, events, jobs, notebooks
from aether.domain.events import Event, EventId
from aether.domain.graph import Work
from aether.domain.moments import Moment
from aether.domain.notebooks import Changes, Draft, NotebookId
from aether.domain.viewers import Viewer
from tests import make
from tests.make import Home


async def unsent(anybody: Neo4jGraph, home: Home) -> list[Event]:
    """What lies in the outbox for this test's tenant, in order."""
    found = await anybody.read(events.unsent, limit=100_000)
    return [event for event in found if event.tenant == home.tenant.id]


async def test_an_event_lies_in_the_outbox_with_its_cause(
    anybody: Neo4jGraph, home: Home, ada: Viewer
) -> None:
    book = await make.notebook(home.graph, ada)

    (event,) = await unsent(anybody, home)

    assert (event.kind, event.topic, event.final) == ("notebook_created", f"notebook/{book.id}", False)
    assert event.payload == {"notebook": book.id, "by": ada.user, "name": "Currents"}
    assert event.at == book.created_at


async def test_an_event_is_gone_if_its_cause_fails(anybody: Neo4jGraph, home: Home, ada: Viewer) -> None:
    at = moment()

    async def fail(work: Work) -> None:
        await notebooks.create(work, Draft(name="x"), id=NotebookId(at.id("n")), parent=None, by=ada, at=at)
        raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        await home.graph.write(fail)

    assert await unsent(anybody, home) == []
    assert await home.graph.read(notebooks.get_many, [NotebookId(at.id("n"))], by=ada) == {}


async def test_what_was_handed_on_is_dropped(anybody: Neo4jGraph, home: Home, ada: Viewer) -> None:
    await make.notebook(home.graph, ada)
    await make.notebook(home.graph, ada)
    first, second = await unsent(anybody, home)

    await anybody.write(events.forget, ids=[first.id])
    await anybody.write(events.forget, ids=[first.id, EventId("event_none")])

    assert await unsent(anybody, home) == [second]


async def test_events_come_in_the_order_of_their_moments(
    anybody: Neo4jGraph, home: Home, ada: Viewer
) -> None:
    book = await make.notebook(home.graph, ada)
    for name in ("a", "b", "c"):
        await home.graph.write(
            notebooks.update, Changes(name=name), id=book.id, version=None, by=ada, at=moment()
        )

    found = await unsent(anybody, home)

    assert [event.payload.get("version") for event in found] == [None, 2, 3, 4]
    assert await anybody.read(events.unsent, limit=1) == (await anybody.read(events.unsent, limit=9))[:1]


async def test_a_job_tells_those_who_follow_it_and_those_who_follow_its_notebook(
    anybody: Neo4jGraph, home: Home, ada: Viewer
) -> None:
    book = await make.notebook(home.graph, ada)
    document, job = await make.document(home.graph, ada, book)
    await home.graph.write(documents.cancel, job=job.id, by=ada, at=moment())

    found = [event for event in await unsent(anybody, home) if event.kind == "job_changed"]

    assert sorted((event.topic, event.payload["status"], event.final) for event in found) == [
        (f"job/{job.id}", "cancelled", True),
        (f"job/{job.id}", "pending", False),
        (f"uploads/{book.id}", "cancelled", False),
        (f"uploads/{book.id}", "pending", False),
    ]
    assert all(event.payload["subject"] == document.id for event in found)


async def test_no_event_holds_the_text_of_a_document(anybody: Neo4jGraph, home: Home, ada: Viewer) -> None:
    book = await make.notebook(home.graph, ada)
    document, job = await make.document(home.graph, ada, book)
    await home.graph.write(jobs.claim, id=job.id, attempt=1, at=moment())
    await home.graph.write(
        documents.keep_chunks, make.chunks(document, "salmon"), job=job.id, attempt=1, at=moment()
    )

    assert "salmon" not in str(await unsent(anybody, home))


async def test_the_relay_is_told_after_the_commit_and_only_then(plain: Home, anybody: Neo4jGraph) -> None:
    told: list[str] = []
    graph = Neo4jGraph(
        anybody._driver,
        anybody._statements,
        database=anybody._database,
        tenant=plain.tenant.id,
        told=lambda: told.append("told"),
    )
    ada = await plain.person("ada")
    book = await make.notebook(graph, ada)
    assert told == ["told"]

    async def fail(work: Work) -> None:
        await notebooks.update(work, Changes(name="x"), id=book.id, version=None, by=ada, at=moment())
        raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        await graph.write(fail)
    await graph.write(notebooks.update, Changes(), id=book.id, version=None, by=ada, at=moment())
    assert told == ["told"]


async def test_events_of_one_transaction_can_be_many(anybody: Neo4jGraph, home: Home) -> None:
    at: Moment = moment()
    many = [
        Event(
            id=EventId(at.id("event", number, order=number)),
            tenant=home.tenant.id,
            topic="test",
            kind=str(number),
            payload={"ä": [None, 1.5, {"x": "'"}]},
            at=at.now,
        )
        for number in range(150)
    ]

    async def add(work: Work) -> None:
        await work.events.add(*many)

    await home.graph.write(add)

    assert await unsent(anybody, home) == many
