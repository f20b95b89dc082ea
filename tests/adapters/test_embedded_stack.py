"""The stack as `aether up` runs it: real servers, killed and restarted."""

import os
import signal
import time
from collections.abc import AsyncIterator, Collection
from pathlib import Path

import httpx
import neo4j
import pytest
from redis.asyncio import Redis

from aether.adapters.embedded import arcadedb, stack
from aether.adapters.embedded.folders import FolderInUse
from aether.adapters.embedded.stack import Stack
from tests.servers.waiting import until


@pytest.fixture(scope="module")
async def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("stack") / "data"


@pytest.fixture(scope="module")
async def running(folder: Path) -> AsyncIterator[Stack]:
    async with stack.up(folder) as started:
        yield started


async def write_everywhere(running: Stack, word: str) -> None:
    assert running.graph
    assert running.redis
    assert running.vectors
    auth = (arcadedb.USER, running.graph.password)
    async with neo4j.AsyncGraphDatabase.driver(running.graph.uri, auth=auth) as driver:
        await driver.execute_query("CREATE (:Word {word: $word})", word=word, database_=arcadedb.DATABASE)
    async with Redis.from_url(running.redis.url) as client:
        await client.set(word, "kept")
    async with httpx.AsyncClient(headers={"api-key": running.vectors.key}, trust_env=False) as client:
        kept = await client.put(
            f"{running.vectors.url}/collections/{word}",
            content='{"vectors": {"size": 3, "distance": "Cosine"}}',
        )
        assert kept.is_success


async def kept_everywhere(running: Stack, word: str) -> list[bool]:
    assert running.graph
    assert running.redis
    assert running.vectors
    auth = (arcadedb.USER, running.graph.password)
    async with neo4j.AsyncGraphDatabase.driver(running.graph.uri, auth=auth) as driver:
        counted = await driver.execute_query(
            "MATCH (w:Word {word: $word}) RETURN count(w) AS words", word=word, database_=arcadedb.DATABASE
        )
    async with Redis.from_url(running.redis.url) as client:
        in_redis = await client.get(word)
    async with httpx.AsyncClient(headers={"api-key": running.vectors.key}, trust_env=False) as client:
        there = await client.get(f"{running.vectors.url}/collections/{word}/exists")
    return [counted.records[0]["words"] == 1, in_redis == b"kept", there.json()["result"]["exists"]]


def restarted(running: Stack, *, former: dict[str, int]) -> bool:
    """Whether each child is ready as another process."""
    now = running.supervisor.pids()
    return all(now.get(name, pid) != pid for name, pid in former.items())


def listening(pids: Collection[int]) -> list[str]:
    """The addresses that the processes listen on, as the kernel writes them."""
    links = [link.readlink().name for pid in pids for link in Path(f"/proc/{pid}/fd").iterdir()]
    sockets = {link[len("socket:[") : -1] for link in links if link.startswith("socket:")}
    tables = [Path(f"/proc/net/{table}").read_text().splitlines()[1:] for table in ("tcp", "tcp6")]
    rows = [row.split() for table in tables for row in table]
    return [row[1].split(":")[0] for row in rows if row[3] == "0A" and row[9] in sockets]


async def test_every_part_comes_back_with_its_data_after_kill_nine(running: Stack) -> None:
    await write_everywhere(running, "kill")
    former = dict(running.supervisor.pids())
    assert sorted(former) == ["arcadedb", "qdrant", "redis"]

    for pid in former.values():
        os.kill(pid, signal.SIGKILL)

    await until(lambda: restarted(running, former=former))
    assert await kept_everywhere(running, "kill") == [True, True, True]


async def test_a_second_stack_on_the_same_folder_is_refused(running: Stack, folder: Path) -> None:
    with pytest.raises(FolderInUse, match=f"process {os.getpid()}:"):
        async with stack.up(folder):
            pass

    assert len(running.supervisor.pids()) == 3


async def test_nothing_listens_beyond_this_machine(running: Stack) -> None:
    addresses = listening(running.supervisor.pids().values())

    assert len(addresses) == 4
    assert set(addresses) <= {"0100007F", "0000000000000000FFFF00000100007F"}


async def test_a_runaway_statement_is_ended(tmp_path: Path) -> None:
    async with stack.up(tmp_path / "data", redis=False, vectors=False, statement_s=0.5) as running:
        assert running.graph
        assert running.redis is None
        assert running.vectors is None
        auth = (arcadedb.USER, running.graph.password)
        async with neo4j.AsyncGraphDatabase.driver(running.graph.uri, auth=auth) as driver:
            started = time.monotonic()
            with pytest.raises(neo4j.exceptions.Neo4jError):
                await driver.execute_query(
                    "UNWIND range(1, 100000) AS a UNWIND range(1, 100000) AS b RETURN sum(a * b)",
                    database_=arcadedb.DATABASE,
                )
            assert time.monotonic() - started < 60


async def test_a_later_start_takes_seconds_and_finds_addresses_and_data(tmp_path: Path) -> None:
    async with stack.up(tmp_path / "data") as first:
        await write_everywhere(first, "later")

    started = time.monotonic()
    async with stack.up(tmp_path / "data") as second:
        assert time.monotonic() - started < 60
        assert (second.graph, second.redis, second.vectors) == (first.graph, first.redis, first.vectors)
        assert await kept_everywhere(second, "later") == [True, True, True]
    assert not second.supervisor.pids()
