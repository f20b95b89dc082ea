"""All of a transaction, or nothing of it."""

from collections.abc import Awaitable, Callable

import pytest

from aether.adapters.neo4j.errors import AlreadyThere
from aether.adapters.neo4j.graph import Neo4jGraph
from aether.adapters.neo4j.runner import Runner
from aether.adapters.neo4j.statements import Mode, Statement
from aether.adapters.system import moment
from aether.domain import notebooks
from aether.domain.documents import Arrival, Document, DocumentId
from aether.domain.events import Event, EventId
from aether.domain.graph import Graph, Work
from aether.domain.notebooks import Changes, Draft, Filter, Notebook, NotebookId, Order
from aether.domain.pages import Slice
from aether.domain.tenants import TenantId
from aether.domain.viewers import Viewer
from tests import make
from tests.engines import Engine
from tests.make import Home


async def names(graph: Graph, by: Viewer) -> list[str]:
    page = await graph.read(notebooks.page, Filter(), order=Order.NAME, part=Slice(first=100), by=by)
    return [item.notebook.name for item, _ in page.items]


def books(by: Viewer, *ids: str) -> list[Notebook]:
    now = moment().now
    return [
        Notebook.new(Draft(name=id), id=NotebookId(id), tenant=by.tenant, owner=by.user, parent=None, now=now)
        for id in ids
    ]


async def test_a_statement_that_fails_half_way_leaves_nothing(graph: Graph, ada: Viewer) -> None:
    first, second = moment().id("notebook"), moment().id("notebook")
    made = books(ada, first, second, first)

    async def add(work: Work) -> None:
        await work.notebooks.add(made)

    with pytest.raises(AlreadyThere):
        await graph.write(add)

    assert await names(graph, ada) == []


async def test_a_transaction_that_fails_at_its_end_leaves_nothing_of_its_beginning(
    graph: Graph, ada: Viewer
) -> None:
    book = await make.notebook(graph, ada, "Before")
    at = moment()
    twice = Event(id=EventId(at.id("event")), tenant=ada.tenant, topic="x", kind="x", payload={}, at=at.now)

    async def change(work: Work) -> None:
        await notebooks.update(work, Changes(name="After"), id=book.id, version=None, by=ada, at=at)
        await work.notebooks.add(books(ada, at.id("notebook")))
        await work.events.add(twice)
        await work.events.add(twice)

    with pytest.raises(AlreadyThere):
        await graph.write(change)

    assert await names(graph, ada) == ["Before"]


async def test_counts_are_taken_back_with_what_they_counted(graph: Graph, ada: Viewer) -> None:
    book = await make.notebook(graph, ada)
    at = moment()
    document = Document.new(
        Arrival(filename="a.txt", declared_type=None, blob=make.blob()),
        id=DocumentId(at.id("document")),
        tenant=ada.tenant,
        notebook=book.id,
        by=ada.user,
        now=at.now,
    )

    async def add(work: Work) -> None:
        await work.documents.add([document, document])

    with pytest.raises(AlreadyThere):
        await graph.write(add)

    found = (await graph.read(notebooks.get_many, [book.id], by=ada))[book.id].notebook
    assert (found.document_count, found.total_size_bytes) == (0, 0)


async def test_what_exists_already_is_tried_once_more_and_then_told(plain: Home) -> None:
    ada = await plain.person("ada")
    tries: list[int] = []
    made = books(ada, moment().id("notebook"))

    async def add(work: Work) -> None:
        tries.append(1)
        await work.notebooks.add(made)

    await plain.graph.write(add)
    assert len(tries) == 1
    with pytest.raises(AlreadyThere):
        await plain.graph.write(add)
    assert len(tries) == 3


async def test_a_read_writes_nothing(graph: Graph, ada: Viewer) -> None:
    made = books(ada, moment().id("notebook"))

    async def add(work: Work) -> None:
        await work.notebooks.add(made)

    with pytest.raises(TypeError, match="notebooks/add writes"):
        await graph.read(add)

    assert await names(graph, ada) == []


async def test_the_server_refuses_what_a_read_would_write(anybody: Neo4jGraph, engine: Engine) -> None:
    """Even if a header lied."""
    if engine.name == "arcadedb":
        pytest.skip("it takes no notice of what a transaction was opened for")
    lying = Statement(
        name="test/lie",
        text="CREATE (n:Event {id: 'lie'}) RETURN n.id AS id",
        mode=Mode.READ,
        params=frozenset(),
        tenanted=False,
        returns=("id",),
    )
    graph = Neo4jGraph(anybody._driver, {"test/lie": lying}, database=anybody._database)

    with pytest.raises(Exception, match=r"(?i)read|writ"):
        await graph.read(running("test/lie"))


def running(name: str) -> Callable[[Work], Awaitable[int]]:
    """A use case that runs the statement *name*, and tells how many rows came."""

    async def run(work: Work) -> int:
        runner: Runner = work.access._run  # type: ignore[attr-defined]
        return len(await runner(name))

    return run


async def test_a_statement_is_given_its_parameters_and_no_others(anybody: Neo4jGraph) -> None:
    async def few(work: Work) -> None:
        await work.access._run("access/roots")  # type: ignore[attr-defined]

    async def many(work: Work) -> None:
        await work.access._run("access/roots", user="x", tenant="tenant_other")  # type: ignore[attr-defined]

    for wrong in (few, many):
        with pytest.raises(TypeError, match=r"access/roots takes \['user'\]"):
            await anybody.within(TenantId("tenant_x")).read(wrong)
