"""A graph that is slow, silent, gone, or back again."""

import asyncio
import contextlib
import os
import secrets
import signal
import time
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from pathlib import Path

import pytest
from neo4j import exceptions
from neo4j.exceptions import Neo4jError

from aether.adapters.embedded import arcadedb
from aether.adapters.embedded.children import Supervisor
from aether.adapters.embedded.ports import free_port
from aether.adapters.neo4j import errors, statements
from aether.adapters.neo4j.errors import GraphUnavailable
from aether.adapters.neo4j.graph import Neo4jGraph, connected
from aether.adapters.neo4j.statements import Mode, Statement
from aether.domain import notebooks, tenants
from aether.domain.graph import Work
from aether.domain.notebooks import NotebookId
from aether.domain.tenants import TenantId
from tests import make
from tests.engines import Engine
from tests.graph.graphs import CYPHER, migrated
from tests.servers.waiting import until

DEADLINE_S = 1.0

OURS = {
    "GqlError": "the root of all of them",
    "Neo4jError": "the root of what a server says",
    "ClientError": "the root of what a server blames on us; its own codes are statements gone wrong",
    "CypherSyntaxError": "a statement of ours is wrong",
    "CypherTypeError": "a statement of ours is wrong, or a parameter",
    "AuthError": "a wrong password is a wrong setting",
    "Forbidden": "our user may not do what we ask: a wrong setting",
    "DatabaseError": "a server that fails from within: an operator must look",
    "DriverError": "the root of what the driver says",
    "SessionError": "sessions are ours to use rightly",
    "TransactionError": "transactions are ours to use rightly",
    "TransactionNestingError": "transactions are ours to use rightly",
    "ResultError": "results are ours to use rightly",
    "ResultFailedError": "results are ours to use rightly",
    "ResultConsumedError": "results are ours to use rightly",
    "ResultNotSingleError": "results are ours to use rightly",
    "BrokenRecordError": "a record that cannot be read: the driver or the server is wrong",
    "ConfigurationError": "a wrong setting",
    "AuthConfigurationError": "a wrong setting",
    "CertificateConfigurationError": "a wrong setting",
    "UnsupportedServerProduct": "a wrong setting: no graph answers there",
}
"""What stays as it is, and why."""


def test_every_error_of_the_driver_is_placed() -> None:
    every = {
        name: kind
        for name, kind in vars(exceptions).items()
        if isinstance(kind, type) and issubclass(kind, Exception)
    }
    placed = {name for name, kind in every.items() if issubclass(kind, (*errors.AWAY, *errors.TAKEN))}

    assert placed | OURS.keys() == every.keys()
    assert placed & OURS.keys() == set()


@pytest.mark.parametrize(
    ("code", "meant"),
    [
        ("Neo.ClientError.Transaction.TransactionTimedOut", True),
        ("Neo.ClientError.Transaction.TransactionTimedOutClientConfiguration", True),
        ("Neo.TransientError.Transaction.LockClientStopped", True),
        ("Neo.TransientError.Transaction.Terminated", True),
        ("Neo.TransientError.Transaction.DeadlockDetected", True),
        ("Neo.TransientError.General.MemoryPoolOutOfMemoryError", True),
        ("Neo.ClientError.Statement.SyntaxError", False),
        ("Neo.ClientError.Statement.ArithmeticError", False),
    ],
)
def test_what_a_server_says_is_told_by_its_code(code: str, meant: bool) -> None:
    error = Neo4jError._hydrate_neo4j(code=code, message="x")

    assert isinstance(errors.translated(error), GraphUnavailable) is meant


class Between:
    """Stands between a driver and a server, and can fall silent, or stand alone and say nothing at all."""

    def __init__(self, target: tuple[str, int] | None = None) -> None:
        self.speaks = asyncio.Event()
        self.speaks.set()
        self.port = 0
        self._target = target
        self._server: asyncio.Server | None = None
        self._tasks: set[asyncio.Task[None]] = set()

    @asynccontextmanager
    async def standing(self) -> AsyncIterator["Between"]:
        self._server = await asyncio.start_server(self._meet, "127.0.0.1", 0)
        self.port = self._server.sockets[0].getsockname()[1]
        yield self
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)
        self._server.close()

    async def _meet(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        task = asyncio.current_task()
        assert task is not None
        self._tasks.add(task)
        with contextlib.suppress(OSError, asyncio.CancelledError):
            if self._target is None:
                while await reader.read(1_000):
                    pass
            else:
                theirs, ours = await asyncio.open_connection(*self._target)
                with contextlib.closing(ours):
                    async with asyncio.TaskGroup() as group:
                        group.create_task(self._pass_on(reader, ours))
                        group.create_task(self._pass_on(theirs, writer))
        writer.close()

    async def _pass_on(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            while some := await reader.read(65_536):
                await self.speaks.wait()
                writer.write(some)
                await writer.drain()
        except OSError:
            pass
        finally:
            writer.transport.abort()


@asynccontextmanager
async def graph_at(port: int, engine: Engine | None = None) -> AsyncIterator[Neo4jGraph]:
    """A graph that gives up after a second, at *port* of this machine."""
    user, password, database = (engine.user, engine.password, engine.database) if engine else ("x", "x", "x")
    async with connected(f"bolt://127.0.0.1:{port}", user=user, password=password, patience_s=0.5) as driver:
        yield Neo4jGraph(
            driver,
            {**statements.load(CYPHER), **SLOW},
            database=database,
            tenant=TenantId("tenant_x"),
            deadline_s=DEADLINE_S,
        )


SLOW = {
    "test/slow": Statement(
        name="test/slow",
        text="UNWIND range(1, 9999) AS x UNWIND range(1, 999999) AS y WITH y WHERE y = 0 RETURN y",
        mode=Mode.READ,
        params=frozenset(),
        tenanted=False,
        returns=("y",),
    )
}


async def slow(work: Work) -> None:
    """Ask for what takes minutes."""
    await work.access._run("test/slow")  # type: ignore[attr-defined]


async def seconds(attempt: Callable[[], Awaitable[object]]) -> float:
    """How long it took until the graph was called unavailable."""
    begun = time.monotonic()
    with pytest.raises(GraphUnavailable) as refusal:
        await attempt()
    assert refusal.value.code == "GRAPH_UNAVAILABLE"
    return time.monotonic() - begun


async def test_a_silent_graph_costs_a_caller_the_deadline() -> None:
    async with Between().standing() as silent, graph_at(silent.port) as graph:
        for attempt in (
            lambda: graph.read(tenants.get),
            lambda: graph.write(tenants.get),
            graph.ping,
        ):
            assert await seconds(attempt) < 2 * DEADLINE_S


async def test_ten_who_wait_for_a_silent_graph_wait_no_longer_than_one() -> None:
    async with Between().standing() as silent, graph_at(silent.port) as graph:
        waited = await asyncio.gather(*(seconds(lambda: graph.read(tenants.get)) for _ in range(10)))

        assert max(waited) < 2 * DEADLINE_S


async def test_a_graph_that_is_not_there_is_told_at_once() -> None:
    async with graph_at(free_port()) as graph:
        assert await seconds(lambda: graph.read(tenants.get)) < 2 * DEADLINE_S


async def test_a_graph_that_falls_silent_in_the_middle_is_let_go_of_and_found_again(engine: Engine) -> None:
    port = int(engine.uri.rpartition(":")[2])
    async with Between(("127.0.0.1", port)).standing() as between, graph_at(between.port, engine) as graph:
        with pytest.raises(tenants.TenantMissing):
            await graph.read(tenants.get)

        between.speaks.clear()
        waited = await asyncio.gather(*(seconds(lambda: graph.write(tenants.get)) for _ in range(3)))
        assert max(waited) < 2 * DEADLINE_S

        between.speaks.set()
        with pytest.raises(tenants.TenantMissing):
            await graph.read(tenants.get)


async def test_a_graph_that_takes_too_long_is_not_waited_for(engine: Engine) -> None:
    if engine.name == "arcadedb":
        pytest.skip("it goes on working when nobody waits: see the next test")
    port = int(engine.uri.rpartition(":")[2])
    async with graph_at(port, engine) as graph:
        assert await seconds(lambda: graph.read(slow)) < 3 * DEADLINE_S

        rows, _, _ = await graph._driver.execute_query(
            "SHOW TRANSACTIONS YIELD currentQuery AS q WHERE q STARTS WITH 'UNWIND range' RETURN q",
            database_=engine.database,
        )
        assert rows == []


@pytest.fixture
async def own(tmp_path: Path) -> AsyncIterator[tuple[Supervisor, Engine]]:
    """An embedded engine of the test's own, which ends what takes more than a second."""
    at = arcadedb.Address(bolt=free_port(), http=free_port(), password=secrets.token_urlsafe())
    supervisor = Supervisor(tmp_path)
    await supervisor.start(arcadedb.child(tmp_path / "graph", at, heap="256m", statement_s=1))
    yield (
        supervisor,
        Engine(
            name="arcadedb",
            uri=at.uri,
            user=arcadedb.USER,
            password=at.password,
            database=arcadedb.DATABASE,
            http=at.http_url,
        ),
    )
    await supervisor.stop()


async def test_a_killed_graph_is_unavailable_until_it_is_back_and_keeps_what_it_took(
    own: tuple[Supervisor, Engine],
) -> None:
    supervisor, engine = own
    kept: list[NotebookId] = []
    failed: list[Exception] = []
    stop = asyncio.Event()
    async with migrated(engine) as driver:
        anybody = Neo4jGraph(
            driver, {**statements.load(CYPHER), **SLOW}, database=engine.database, deadline_s=5
        )
        assert await seconds(lambda: anybody.read(slow)) < 4
        home = await make.home(anybody)
        ada = await home.person("ada")

        async def work() -> None:
            while not stop.is_set():
                try:
                    kept.append((await make.notebook(home.graph, ada)).id)
                except Exception as error:  # noqa: BLE001 - whatever it is, it is looked at below
                    failed.append(error)
                    await asyncio.sleep(0.05)

        working = [asyncio.create_task(work()) for _ in range(4)]
        await until(lambda: len(kept) > 20)
        os.kill(pid := supervisor.pids()["arcadedb"], signal.SIGKILL)
        await until(lambda: bool(failed))
        await until(lambda: supervisor.pids().get("arcadedb", pid) != pid)
        before = len(kept)
        await until(lambda: len(kept) > before + 20)
        stop.set()
        await asyncio.gather(*working)

        assert {type(error) for error in failed} == {GraphUnavailable}
        for some in range(0, len(kept), 100):
            found = await home.graph.read(notebooks.get_many, kept[some : some + 100], by=ada)
            assert found.keys() == set(kept[some : some + 100])
