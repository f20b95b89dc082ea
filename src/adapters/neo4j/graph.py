"""The graph over the driver's managed transactions.

They retry, so a body may run twice; a write that meets a constraint is run once more,
because an engine may refuse one of two `MERGE`s that raced. Each process keeps one set of
bookmarks: it reads what it wrote, whichever server of a cluster it asks.
"""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from contextlib import asynccontextmanager
from typing import Any, Concatenate, ParamSpec, TypeVar, cast

from neo4j import (
    READ_ACCESS,
    WRITE_ACCESS,
    AsyncDriver,
    AsyncGraphDatabase,
    AsyncManagedTransaction,
    AsyncSession,
    NotificationDisabledClassification,
    Query,
    Record,
    unit_of_work,
)
from neo4j.exceptions import ClientError
from prometheus_client import Counter
from typing_extensions import override

from aether.adapters.neo4j.bolt import Bolt, Failed
from aether.adapters.neo4j.errors import AWAY, GONE, AlreadyThere, GraphUnavailable, Vanished, translated
from aether.adapters.neo4j.runner import Runner, measured
from aether.adapters.neo4j.statements import Mode, Statement
from aether.adapters.neo4j.work import Neo4jWork
from aether.domain.graph import Graph, Work
from aether.domain.tenants import TenantId

P = ParamSpec("P")
T = TypeVar("T")

_detours = Counter("aether_graph_detours_total", "Views that the short way to the graph did not give.")


@asynccontextmanager
async def connected(
    uri: str, *, user: str, password: str, pool: int = 100, patience_s: float = 5.0
) -> AsyncIterator[AsyncDriver]:
    """A driver for *uri*, closed at the end. No server is spoken to yet.

    Args:
        uri: `bolt://`, `neo4j://`, or the same with `+s` for TLS.
        user: Who signs in.
        password: Their password.
        pool: The most connections at a time.
        patience_s: How long to wait for a connection, or retry a transaction, in seconds.
    """
    driver = AsyncGraphDatabase.driver(
        uri,
        auth=(user, password),
        max_connection_pool_size=pool,
        connection_acquisition_timeout=patience_s,
        connection_timeout=patience_s,
        max_transaction_retry_time=patience_s,
        initial_retry_delay=0.03,
        retry_delay_multiplier=1.6,
        liveness_check_timeout=30.0,
        max_connection_lifetime=3600.0,
        user_agent="aether",
        notifications_disabled_classifications=[
            NotificationDisabledClassification.UNRECOGNIZED,
            NotificationDisabledClassification.HINT,
        ],
    )
    try:
        yield driver
    finally:
        await driver.close()


class Neo4jGraph(Graph):
    """The graph on one database, as one tenant or, for a few statements, as nobody in particular."""

    def __init__(
        self,
        driver: AsyncDriver,
        statements: Mapping[str, Statement],
        *,
        database: str,
        tenant: TenantId | None = None,
        deadline_s: float = 15.0,
        told: Callable[[], None] = lambda: None,
        bolt: Bolt | None = None,
    ) -> None:
        """Wrap *driver*.

        Args:
            driver: Speaks to the server, and is closed by whoever opened it.
            statements: What may be run, by name.
            database: The database's name.
            tenant: Whose graph it is.
            deadline_s: How long one transaction may take with all its retries, in seconds.
            told: Called after each commit that kept events.
            bolt: A shorter way to the same server, for what is only shown.
        """
        self._driver = driver
        self._statements = statements
        self._database = database
        self._tenant = tenant
        self._deadline_s = deadline_s
        self._told = told
        self._bolt = bolt
        self._bookmarks = AsyncGraphDatabase.bookmark_manager()

    @override
    def within(self, tenant: TenantId) -> "Neo4jGraph":
        bound = Neo4jGraph(
            self._driver,
            self._statements,
            database=self._database,
            tenant=tenant,
            deadline_s=self._deadline_s,
            told=self._told,
            bolt=self._bolt,
        )
        bound._bookmarks = self._bookmarks
        return bound

    @override
    async def read(
        self, use_case: Callable[Concatenate[Work, P], Awaitable[T]], /, *args: P.args, **kwargs: P.kwargs
    ) -> T:
        result, _ = await self._within_deadline(Mode.READ, use_case, args, kwargs)
        return result

    @override
    async def write(
        self, use_case: Callable[Concatenate[Work, P], Awaitable[T]], /, *args: P.args, **kwargs: P.kwargs
    ) -> T:
        try:
            result, told = await self._within_deadline(Mode.WRITE, use_case, args, kwargs)
        except AlreadyThere:
            result, told = await self._within_deadline(Mode.WRITE, use_case, args, kwargs)
        if told:
            self._told()
        return result

    async def _within_deadline(
        self,
        mode: Mode,
        use_case: Callable[..., Awaitable[T]],
        args: tuple[Any, ...],
        kwargs: Mapping[str, Any],
    ) -> tuple[T, bool]:
        async with self._in_time():
            return await self._managed(mode, use_case, args, kwargs)

    @asynccontextmanager
    async def _in_time(self) -> AsyncIterator[None]:
        """End what takes longer than the deadline, and tell errors of the driver by what they mean."""
        try:
            async with asyncio.timeout(self._deadline_s):
                yield
        except Exception as error:
            if (meaning := translated(error)) is not None:
                raise meaning from error
            raise

    async def _managed(
        self,
        mode: Mode,
        use_case: Callable[..., Awaitable[T]],
        args: tuple[Any, ...],
        kwargs: Mapping[str, Any],
    ) -> tuple[T, bool]:
        @unit_of_work(timeout=self._deadline_s)
        async def body(transaction: AsyncManagedTransaction) -> tuple[T, bool]:
            work: Work = (
                kept := Neo4jWork(Runner(transaction, self._statements, tenant=self._tenant, mode=mode))
            )
            try:
                return await use_case(work, *args, **kwargs), kept.events.told
            except ClientError as error:
                if error.code == GONE:
                    raise Vanished from error
                raise

        async with self._session() as session:
            execute = session.execute_read if mode is Mode.READ else session.execute_write
            return await execute(body)

    async def shown(self, name: str, text: str, params: dict[str, Any]) -> Any:
        """The first value that the reading *text* gives in a transaction of its own; none without a row.

        It is sent as it is, without the messages of a managed transaction, and asked again as that would be.

        Raises:
            GraphUnavailable: The graph does not answer.
        """
        with measured(name, Mode.READ):
            async with self._in_time():
                if self._bolt is not None:
                    marks = await self._bookmarks.get_bookmarks()
                    try:
                        return await self._bolt.ask(
                            text, params, timeout_s=self._deadline_s, bookmarks=[*marks]
                        )
                    except Failed:
                        _detours.inc()
                return await self._asked(Query(cast("Any", text), timeout=self._deadline_s), params)

    async def _asked(self, query: Query, params: dict[str, Any]) -> Any:
        async with self._session(READ_ACCESS) as session:
            try:
                return _first(await (await session.run(query, params)).single())
            except AWAY:
                pass  # it may be back in a moment: now with the driver's own patience

        @unit_of_work(timeout=self._deadline_s)
        async def again(transaction: AsyncManagedTransaction) -> Any:
            return _first(await (await transaction.run(cast("Any", query.text), params)).single())

        async with self._session() as session:
            return await session.execute_read(again)

    def _session(self, access: str = WRITE_ACCESS) -> AsyncSession:
        return self._driver.session(
            database=self._database,
            bookmark_manager=self._bookmarks,
            default_access_mode=access,
            fetch_size=-1,
        )

    async def ping(self) -> None:
        """Ask the graph for nothing.

        Raises:
            GraphUnavailable: It does not answer.
        """
        try:
            async with (
                asyncio.timeout(self._deadline_s),
                self._driver.session(database=self._database) as session,
            ):
                await (await session.run("RETURN 1")).consume()
        except Exception as error:
            if translated(error) is not None:
                raise GraphUnavailable from error
            raise


def _first(record: Record | None) -> Any:
    return None if record is None else record[0]
