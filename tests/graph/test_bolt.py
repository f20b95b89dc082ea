"""The short way to a graph: the same answers as the driver's, and never an answer to another question."""

import asyncio
import os
import signal
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import pytest
from neo4j.exceptions import ClientError
from prometheus_client import REGISTRY
from typing_extensions import override

from aether.adapters.embedded.children import Supervisor
from aether.adapters.embedded.ports import free_port
from aether.adapters.neo4j import bolt as boltlib
from aether.adapters.neo4j.bolt import Bolt, Failed
from aether.adapters.neo4j.errors import GraphUnavailable
from aether.adapters.neo4j.graph import Neo4jGraph, connected
from tests.engines import Engine
from tests.graph.graphs import bolt as short
from tests.graph.test_faults import DEADLINE_S, Between, own, seconds
from tests.servers.waiting import until

__all__ = ["own"]

ECHO = "RETURN $given AS shown"
MINUTES = "UNWIND range(1, 9999) AS x UNWIND range(1, 999999) AS y WITH y WHERE y = 0 RETURN y"


def port_of(engine: Engine) -> int:
    return int(engine.uri.rpartition(":")[2])


@asynccontextmanager
async def graph_on(
    engine: Engine, bolt: Bolt | None, port: int | None = None, *, deadline_s: float = DEADLINE_S
) -> AsyncIterator[Neo4jGraph]:
    uri = f"bolt://127.0.0.1:{port or port_of(engine)}"
    async with connected(uri, user=engine.user, password=engine.password, patience_s=0.5) as driver:
        yield Neo4jGraph(driver, {}, database=engine.database, deadline_s=deadline_s, bolt=bolt)
        if bolt is not None:
            bolt.close()


@pytest.fixture(params=["driver", "bolt"])
async def graph(request: pytest.FixtureRequest, engine: Engine) -> AsyncIterator[Neo4jGraph]:
    """A graph on the driver, and one on the short way."""
    bolt = short(engine) if request.param == "bolt" else None
    async with graph_on(engine, bolt, deadline_s=30) as opened:
        yield opened


@pytest.fixture
async def bolt(engine: Engine) -> AsyncIterator[Bolt]:
    """The short way alone."""
    opened = short(engine)
    yield opened
    opened.close()


def detours() -> float:
    """How often the driver was asked instead."""
    return REGISTRY.get_sample_value("aether_graph_detours_total") or 0.0


async def answer(graph: Neo4jGraph) -> object:
    """What the graph answers if it does."""
    try:
        return await graph.shown("test/echo", ECHO, {"given": 3})
    except GraphUnavailable:
        return None


@pytest.mark.parametrize(
    "given",
    [
        None,
        True,
        0,
        -(2**63),
        2**63 - 1,
        -1.5,
        1e300,
        "",
        "ü \N{SNOWMAN} \N{FACE WITH TEARS OF JOY} \x7f",
        "x" * 70_000,
        [1, [2, ["three", None]], {}],
        {"a": {"b": [False]}},
        ["word"] * 70_000,
    ],
    ids=lambda it: repr(it)[:20],
)
async def test_what_is_given_comes_back(graph: Neo4jGraph, given: object) -> None:
    before = detours()

    assert await graph.shown("test/echo", ECHO, {"given": given}) == given
    assert detours() == before


async def test_a_large_answer_comes_whole(graph: Neo4jGraph) -> None:
    text = "UNWIND range(1, $most) AS n RETURN collect([n, 'row ' + toString(n), n % 2 = 0]) AS rows"

    rows = await graph.shown("test/large", text, {"most": 50_000})

    assert len(rows) == 50_000
    assert rows[-1] == [50_000, "row 50000", True]


async def test_nothing_is_shown_of_no_record(graph: Neo4jGraph) -> None:
    assert await graph.shown("test/none", "UNWIND [] AS x RETURN x", {}) is None
    assert await graph.shown("test/null", "RETURN null AS x, 'and more' AS y", {}) is None


async def test_a_wrong_statement_is_told_as_the_driver_tells_it(graph: Neo4jGraph) -> None:
    with pytest.raises(ClientError, match="SyntaxError"):
        await graph.shown("test/wrong", "RETURN nonsense(", {})

    assert await graph.shown("test/echo", ECHO, {"given": 1}) == 1


async def test_what_cannot_be_packed_is_refused_as_the_driver_refuses_it(graph: Neo4jGraph) -> None:
    for given, refusal in (("\ud800", UnicodeEncodeError), (2**70, OverflowError), (object(), ValueError)):
        with pytest.raises(refusal):
            await graph.shown("test/echo", ECHO, {"given": given})


async def test_it_shows_what_was_written_before(engine: Engine) -> None:
    async with graph_on(engine, short(engine)) as graph:
        for number in range(20):
            await graph._driver.execute_query(
                "CREATE (:Mark {number: $number})",
                number=number,
                database_=engine.database,
                bookmark_manager_=graph._bookmarks,
            )
            text = "MATCH (mark:Mark {number: $number}) WITH count(mark) AS found RETURN found"
            assert await graph.shown("test/marks", text, {"number": number}) == 1
        await graph._driver.execute_query("MATCH (mark:Mark) DELETE mark", database_=engine.database)


async def test_after_a_refusal_the_same_connection_serves_on(engine: Engine) -> None:
    async with Between(("127.0.0.1", port_of(engine))).standing() as between:
        bolt = short(engine, between.port)
        for _ in range(3):
            with pytest.raises(Failed, match="SyntaxError"):
                await bolt.ask("RETURN nonsense(", {}, timeout_s=1)
            assert await bolt.ask(ECHO, {"given": 1}, timeout_s=1) == 1

        assert len(between._tasks) == 1
        bolt.close()


async def test_many_at_once_share_few_connections_and_get_their_own_answers(engine: Engine) -> None:
    async with Between(("127.0.0.1", port_of(engine))).standing() as between:
        bolt = short(engine, between.port, size=3)

        answers = await asyncio.gather(*(bolt.ask(ECHO, {"given": n}, timeout_s=5) for n in range(200)))

        assert answers == list(range(200))
        assert 1 <= len(between._tasks) <= 3
        bolt.close()


async def test_who_goes_away_leaves_no_answer_to_the_next(bolt: Bolt) -> None:
    for number in range(100):
        asking = asyncio.create_task(bolt.ask(ECHO, {"given": -number}, timeout_s=5))
        for _ in range(number % 10):
            await asyncio.sleep(0)
        if number % 3 == 0:
            await asyncio.sleep(0.001)
        asking.cancel()
        await asyncio.gather(asking, return_exceptions=True)

        assert await bolt.ask(ECHO, {"given": number}, timeout_s=5) == number


async def test_who_waits_for_a_connection_and_goes_away_takes_none_along(engine: Engine) -> None:
    bolt = short(engine, size=1)
    for _ in range(20):
        waiting = [asyncio.create_task(bolt.ask(ECHO, {"given": n}, timeout_s=5)) for n in range(5)]
        await asyncio.sleep(0)
        for each in waiting[1:4]:
            each.cancel()
        await asyncio.gather(*waiting, return_exceptions=True)

    assert await asyncio.wait_for(bolt.ask(ECHO, {"given": 1}, timeout_s=5), 5) == 1
    bolt.close()


async def test_an_answer_in_single_bytes_is_understood(engine: Engine) -> None:
    class Dribbling(Between):
        @override
        async def _pass_on(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
            while some := await reader.read(65_536):
                for each in some:
                    writer.write(bytes([each]))
                    await writer.drain()
                    await asyncio.sleep(0)

    async with Dribbling(("127.0.0.1", port_of(engine))).standing() as between:
        bolt = short(engine, between.port)
        assert await bolt.ask(ECHO, {"given": ["a", {"b": 1}]}, timeout_s=5) == ["a", {"b": 1}]
        assert await bolt.ask("UNWIND range(1, 99) AS n RETURN collect(n) AS s", {}, timeout_s=5) == [
            *range(1, 100)
        ]
        bolt.close()


async def test_a_connection_that_was_lost_while_it_rested_is_not_used(engine: Engine) -> None:
    async with Between(("127.0.0.1", port_of(engine))).standing() as between:
        bolt = short(engine, between.port)
        for number in range(5):
            assert await bolt.ask(ECHO, {"given": number}, timeout_s=1) == number
            for task in between._tasks:
                task.cancel()
            await until(lambda: bolt._idle[0].lost)
        bolt.close()


async def test_a_connection_that_rested_long_is_asked_first_and_replaced_if_it_does_not_answer(
    engine: Engine, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(boltlib, "LIVELY_S", -1.0)
    async with Between(("127.0.0.1", port_of(engine))).standing() as between:
        bolt = short(engine, between.port)
        assert await bolt.ask(ECHO, {"given": 1}, timeout_s=1) == 1
        assert await bolt.ask(ECHO, {"given": 2}, timeout_s=1) == 2
        assert len(between._tasks) == 1

        between.speaks.clear()
        asking = asyncio.create_task(bolt.ask(ECHO, {"given": 3}, timeout_s=1))
        await until(lambda: len(between._tasks) == 2)
        between.speaks.set()
        assert await asking == 3
        bolt.close()


async def test_an_old_connection_is_replaced(engine: Engine, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(boltlib, "LASTS_S", -1.0)
    async with Between(("127.0.0.1", port_of(engine))).standing() as between:
        bolt = short(engine, between.port)
        for number in range(3):
            assert await bolt.ask(ECHO, {"given": number}, timeout_s=1) == number
        assert len(between._tasks) == 3
        bolt.close()


@pytest.mark.parametrize(
    "says",
    [
        b"",
        b"HTTP/1.1 400 Bad Request\r\n\r\n",
        b"\x00\x00\x00\x00",
        b"\x00\x00\x09\x09",
        b"\x00\x00\x04\x04\x00\x02\xb1\x71\x00\x00",
        b"\x00\x00\x04\x04\x00\x01\xb1\x00\x00",
        b"\x00\x00\x04\x04\xff\xff\xb1",
    ],
)
async def test_what_speaks_something_else_is_left_alone(engine: Engine, says: bytes) -> None:
    met = 0

    async def speak(_: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        nonlocal met
        met += 1
        writer.write(says)
        await writer.drain()
        writer.close()

    async with await asyncio.start_server(speak, "127.0.0.1", 0) as server:
        bolt = short(engine, server.sockets[0].getsockname()[1])
        for _ in range(5):
            with pytest.raises(Failed):
                await bolt.ask(ECHO, {"given": 1}, timeout_s=1)
    assert met == 1, "nobody asks again for a second"


async def test_a_wrong_password_is_no_way_in(engine: Engine) -> None:
    bolt = short(engine, password="wrong-password")
    with pytest.raises(Failed):
        await bolt.ask(ECHO, {"given": 1}, timeout_s=1)


async def test_a_graph_that_is_not_there_or_silent_costs_the_deadline_at_most(engine: Engine) -> None:
    gone = free_port()
    async with graph_on(engine, short(engine, gone), gone) as graph:
        assert await seconds(lambda: graph.shown("test/echo", ECHO, {"given": 1})) < 2 * DEADLINE_S
    async with (
        Between().standing() as silent,
        graph_on(engine, short(engine, silent.port), silent.port) as graph,
    ):
        waited = await asyncio.gather(
            *(seconds(lambda: graph.shown("test/echo", ECHO, {"given": 1})) for _ in range(10))
        )
        assert max(waited) < 2 * DEADLINE_S


async def test_a_graph_that_falls_silent_is_let_go_of_and_found_again(engine: Engine) -> None:
    async with Between(("127.0.0.1", port_of(engine))).standing() as between:
        bolt = short(engine, between.port)
        async with graph_on(engine, bolt, between.port) as graph:
            assert await graph.shown("test/echo", ECHO, {"given": 1}) == 1
            between.speaks.clear()
            assert await seconds(lambda: graph.shown("test/echo", ECHO, {"given": 2})) < 2 * DEADLINE_S
            between.speaks.set()
            before = detours()
            assert await graph.shown("test/echo", ECHO, {"given": 3}) == 3
            assert detours() == before


async def test_when_the_short_way_is_closed_the_driver_is_asked(engine: Engine) -> None:
    async with graph_on(engine, short(engine, free_port())) as graph:
        before = detours()

        assert await graph.shown("test/echo", ECHO, {"given": 1}) == 1
        assert detours() == before + 1


async def test_what_takes_too_long_is_ended(engine: Engine) -> None:
    if engine.name == "arcadedb":
        pytest.skip("it goes on working when nobody waits: `test_faults` shows what ends it")
    async with graph_on(engine, short(engine)) as graph:
        assert await seconds(lambda: graph.shown("test/slow", MINUTES, {})) < 3 * DEADLINE_S

        rows, _, _ = await graph._driver.execute_query(
            "SHOW TRANSACTIONS YIELD currentQuery AS q WHERE q STARTS WITH 'UNWIND range' RETURN q",
            database_=engine.database,
        )
        assert rows == []


async def test_a_killed_graph_is_unavailable_until_it_is_back(own: tuple[Supervisor, Engine]) -> None:
    supervisor, engine = own
    async with graph_on(engine, short(engine)) as graph:
        assert await graph.shown("test/echo", ECHO, {"given": 1}) == 1
        os.kill(pid := supervisor.pids()["arcadedb"], signal.SIGKILL)
        await until(lambda: supervisor.pids().get("arcadedb") != pid)
        assert await answer(graph) is None
        await until(lambda: supervisor.pids().get("arcadedb", pid) != pid)

        async with asyncio.timeout(30):
            while await answer(graph) != 3:
                await asyncio.sleep(0.1)
        await asyncio.sleep(boltlib.RESTS_S)
        before = detours()
        assert await answer(graph) == 3
        assert detours() == before
