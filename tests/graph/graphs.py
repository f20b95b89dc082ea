"""A migrated graph on either engine, and one that runs each write twice."""

from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager, suppress
from pathlib import Path
from typing import Concatenate, ParamSpec, TypeVar

from neo4j import AsyncDriver
from typing_extensions import override

from aether.adapters.neo4j import migrations
from aether.adapters.neo4j.bolt import Bolt
from aether.adapters.neo4j.graph import connected
from aether.adapters.neo4j.migrations import HttpSql
from aether.domain.graph import Graph, Work
from aether.domain.tenants import TenantId
from tests.engines import Engine

CYPHER = Path(__file__).parents[2] / "cypher"

P = ParamSpec("P")
T = TypeVar("T")


def sql(engine: Engine) -> HttpSql | None:
    """What takes the migrations that Bolt cannot; none where Bolt can all of them."""
    if engine.http is None:
        return None
    return HttpSql(engine.http, user=engine.user, password=engine.password, database=engine.database)


def bolt(engine: Engine, port: int | None = None, *, size: int = 10, password: str | None = None) -> Bolt:
    """The short way to *engine*, or to what stands before it at *port*."""
    return Bolt(
        "127.0.0.1",
        port or int(engine.uri.rpartition(":")[2]),
        user=engine.user,
        password=password or engine.password,
        database=engine.database,
        size=size,
        patience_s=0.5,
    )


@asynccontextmanager
async def migrated(engine: Engine) -> AsyncIterator[AsyncDriver]:
    """A driver for *engine*, whose graph is migrated."""
    async with connected(engine.uri, user=engine.user, password=engine.password) as driver:
        found = migrations.load(CYPHER / "migrations", engine=engine.name)
        await migrations.apply(driver, found, database=engine.database, sql=sql(engine))
        yield driver


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


class Settled(WriteTwice):
    """The same, but reading waits until what was written is in the indexes of words."""

    def __init__(self, graph: Graph, driver: AsyncDriver, engine: Engine) -> None:
        super().__init__(graph)
        self._driver = driver
        self._engine = engine

    @override
    async def read(
        self, use_case: Callable[Concatenate[Work, P], Awaitable[T]], /, *args: P.args, **kwargs: P.kwargs
    ) -> T:
        if self._engine.name == "neo4j":
            await self._driver.execute_query(
                "CALL db.index.fulltext.awaitEventuallyConsistentIndexRefresh()",
                database_=self._engine.database,
            )
        return await super().read(use_case, *args, **kwargs)
