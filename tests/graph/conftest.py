"""What the graph's tests ask for: a migrated graph, a tenant of their own, people in it."""

from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import suppress
from pathlib import Path
from typing import Concatenate, ParamSpec, TypeVar

import pytest
from neo4j import AsyncDriver
from typing_extensions import override

from aether.adapters.neo4j import migrations, statements
from aether.adapters.neo4j.graph import Neo4jGraph, connected
from aether.adapters.neo4j.migrations import HttpSql
from aether.domain.graph import Graph, Work
from aether.domain.tenants import TenantId
from aether.domain.viewers import Viewer
from tests import make
from tests.engines import Engine
from tests.make import Home

CYPHER = Path(__file__).parents[2] / "cypher"

P = ParamSpec("P")
T = TypeVar("T")


class _Undone(Exception):
    """Ends a transaction that was never meant to last."""


class WriteTwice(Graph):
    """A graph that runs each write twice and keeps the second, as a retry would.

    A body that touches more than its `work` shows itself: what it did the first time stays.
    """

    def __init__(self, graph: Graph) -> None:
        self._graph = graph

    @override
    def within(self, tenant: TenantId) -> "WriteTwice":
        return WriteTwice(self._graph.within(tenant))

    @override
    async def read(
        self, use_case: Callable[Concatenate[Work, P], Awaitable[T]], /, *args: P.args, **kwargs: P.kwargs
    ) -> T:
        return await self._graph.read(use_case, *args, **kwargs)

    @override
    async def write(
        self, use_case: Callable[Concatenate[Work, P], Awaitable[T]], /, *args: P.args, **kwargs: P.kwargs
    ) -> T:
        async def undone(work: Work) -> None:
            await use_case(work, *args, **kwargs)
            raise _Undone

        with suppress(_Undone):
            await self._graph.write(undone)
        return await self._graph.write(use_case, *args, **kwargs)


@pytest.fixture(scope="session")
async def driver(engine: Engine) -> AsyncIterator[AsyncDriver]:
    """A driver for the engine, whose graph is migrated."""
    async with connected(engine.uri, user=engine.user, password=engine.password) as opened:
        sql = engine.http and HttpSql(
            engine.http, user=engine.user, password=engine.password, database=engine.database
        )
        found = migrations.load(CYPHER / "migrations", engine=engine.name)
        await migrations.apply(opened, found, database=engine.database, sql=sql or None)
        yield opened


@pytest.fixture(scope="session")
async def anybody(driver: AsyncDriver, engine: Engine) -> Neo4jGraph:
    """The graph as nobody in particular sees it."""
    return Neo4jGraph(driver, statements.load(CYPHER), database=engine.database)


@pytest.fixture
async def plain(anybody: Neo4jGraph) -> Home:
    """A tenant of this test's own, on a graph that runs each write once."""
    return await make.home(anybody)


@pytest.fixture
def home(plain: Home) -> Home:
    """The same tenant, on a graph that runs each write twice."""
    return Home(tenant=plain.tenant, graph=WriteTwice(plain.graph))


@pytest.fixture
def graph(home: Home) -> Graph:
    """The graph of this test's tenant."""
    return home.graph


@pytest.fixture
async def ada(home: Home) -> Viewer:
    """Who owns things."""
    return await home.person("ada")


@pytest.fixture
async def ben(home: Home) -> Viewer:
    """With whom things are shared."""
    return await home.person("ben")


@pytest.fixture
async def eve(home: Home) -> Viewer:
    """A stranger, in the same tenant."""
    return await home.person("eve")


@pytest.fixture
async def abroad(anybody: Neo4jGraph) -> Home:
    """Another tenant."""
    return await make.home(anybody)


@pytest.fixture
async def mallory(abroad: Home) -> Viewer:
    """A stranger in another tenant."""
    return await abroad.person("mallory")
