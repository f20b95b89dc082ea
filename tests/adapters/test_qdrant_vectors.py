"""What `Vectors` promises, kept by the Qdrant adapter.

No Qdrant server can be had as a package, so this runs against Qdrant's engine behind our own
form of its REST API: it proves the adapter and the engine, not the server.
"""

import asyncio
import os
import secrets
import signal
import time
from collections.abc import AsyncIterator
from dataclasses import dataclass
from itertools import product

import httpx
import pytest
from qdrant_client.http.exceptions import UnexpectedResponse

from aether.adapters.embedded import qdrant
from aether.adapters.embedded.children import Supervisor
from aether.adapters.embedded.ports import free_port
from aether.adapters.qdrant.vectors import CollectionDiffers, QdrantVectors
from aether.domain.errors import Unavailable
from aether.domain.tenants import TenantId
from aether.domain.vectors import Stored, Vector
from tests.servers.waiting import until

OURS, THEIRS = TenantId("tenant_ours"), TenantId("tenant_theirs")
NORTH, NORTH_EAST, EAST, SOUTH = (0.0, 1.0, 0.0), (1.0, 1.0, 0.0), (1.0, 0.0, 0.0), (0.0, -1.0, 0.0)


@dataclass(frozen=True, slots=True, kw_only=True)
class Server:
    at: qdrant.Address
    supervisor: Supervisor

    def vectors(self, collection: str, *, key: str | None = None, size: int = 3) -> QdrantVectors:
        return QdrantVectors(self.at.url, key=key or self.at.key, collection=collection, size=size)


@pytest.fixture(scope="module")
async def server(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Server]:
    folder = tmp_path_factory.mktemp("qdrant")
    started = Server(
        at=qdrant.Address(port=free_port(), key=secrets.token_urlsafe()), supervisor=Supervisor(folder)
    )
    await started.supervisor.start(qdrant.child(folder / "data", started.at))
    yield started
    await started.supervisor.stop()


@pytest.fixture(scope="module")
async def kept(server: Server) -> AsyncIterator[QdrantVectors]:
    opened = server.vectors("chunks")
    await opened.ready()
    yield opened
    await opened.close()


@pytest.fixture
async def vectors(kept: QdrantVectors) -> AsyncIterator[QdrantVectors]:
    """Vectors, none at first."""
    yield kept
    for tenant, document in product((OURS, THEIRS), ("document_1", "document_2")):
        await kept.remove(tenant, document)


def vector(
    id: str,
    values: tuple[float, ...] = NORTH,
    *,
    document: str = "document_1",
    path: tuple[str, ...] = ("notebook_1",),
    model: str = "model_1",
) -> Vector:
    return Vector(id=id, document=document, path=path, model=model, values=values)


async def found(
    vectors: QdrantVectors,
    *,
    tenant: TenantId = OURS,
    to: tuple[float, ...] = NORTH,
    within: tuple[str, ...] = ("notebook_1",),
    limit: int = 10,
    floor: float = -1.0,
) -> list[str]:
    matches = await vectors.nearest(tenant, to, within=within, limit=limit, floor=floor)
    return [match.id for match in matches]


async def test_the_nearest_come_first(vectors: QdrantVectors) -> None:
    await vectors.put(OURS, [vector("c", EAST), vector("a", NORTH), vector("b", NORTH_EAST)])

    matches = await vectors.nearest(OURS, NORTH, within=["notebook_1"], limit=10, floor=-1.0)

    assert [(match.id, match.document) for match in matches] == [
        ("a", "document_1"),
        ("b", "document_1"),
        ("c", "document_1"),
    ]
    assert [match.score for match in matches] == pytest.approx([1.0, 0.7071, 0.0], abs=1e-3)


async def test_no_more_come_than_asked_for_and_none_below_the_floor(vectors: QdrantVectors) -> None:
    await vectors.put(OURS, [vector("a", NORTH), vector("b", NORTH_EAST), vector("c", SOUTH)])

    assert await found(vectors, limit=1) == ["a"]
    assert await found(vectors, floor=0.5) == ["a", "b"]


async def test_what_may_not_be_seen_is_left_out_before_ranking(vectors: QdrantVectors) -> None:
    hidden = [vector(f"hidden_{i}", NORTH, path=("notebook_2",)) for i in range(300)]
    foreign = [vector(f"foreign_{i}", NORTH) for i in range(300)]
    await vectors.put(OURS, [*hidden, vector("mine", EAST)])
    await vectors.put(THEIRS, foreign)

    assert await found(vectors, limit=1) == ["mine"]


async def test_a_chunk_lies_in_all_notebooks_of_its_path(vectors: QdrantVectors) -> None:
    await vectors.put(OURS, [vector("a", path=("notebook_leaf", "notebook_root"))])

    assert await found(vectors, within=("notebook_root",)) == ["a"]
    assert await found(vectors, within=("notebook_leaf", "notebook_other")) == ["a"]
    assert await found(vectors, within=("notebook_other",)) == []


async def test_vectors_are_listed_and_dropped_one_by_one(
    vectors: QdrantVectors, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("aether.adapters.qdrant.vectors._LISTED", 2)
    await vectors.put(OURS, [vector(id) for id in "abcde"])
    await vectors.put(OURS, [vector("x", document="document_2")])
    await vectors.put(THEIRS, [vector("a")])

    async def listed(tenant: TenantId | None, **more: str) -> list[tuple[str, str]]:
        seen, after = [], None
        while True:
            page, after = await vectors.listed(tenant, after=after, **more)
            seen += [(it.tenant, it.id) for it in page]
            if after is None:
                return sorted(seen)

    assert await listed(OURS, document="document_1") == [(OURS, id) for id in "abcde"]
    assert await listed(None) == [*((OURS, id) for id in "abcdex"), (THEIRS, "a")]
    assert set(await vectors.kept(OURS, ["a", "x", "gone"])) == {"a", "x"}

    await vectors.drop(OURS, ["a", "c", "gone"])

    assert await listed(None) == [*((OURS, id) for id in "bdex"), (THEIRS, "a")]


async def test_nothing_lies_within_no_notebook(vectors: QdrantVectors) -> None:
    await vectors.put(OURS, [vector("a")])

    assert await found(vectors, within=()) == []


async def test_the_vectors_of_a_document_are_told_with_their_models(vectors: QdrantVectors) -> None:
    many = {f"chunk_{n}": f"model_{n % 2}" for n in range(2_500)}
    await vectors.put(OURS, [vector(id, model=model) for id, model in many.items()])
    await vectors.put(OURS, [vector("other", document="document_2")])
    await vectors.put(THEIRS, [vector("foreign")])

    stored: list[Stored] = []
    after, pages = None, 0
    while pages == 0 or after is not None:
        page, after = await vectors.listed(OURS, document="document_1", after=after)
        stored += page
        pages += 1

    assert pages > 1
    assert {it.id: it.model for it in stored} == many
    assert {(it.tenant, it.document) for it in stored} == {(OURS, "document_1")}
    assert await vectors.listed(OURS, document="document_3") == ([], None)


async def test_vectors_are_dropped_one_by_one_and_of_one_tenant_only(vectors: QdrantVectors) -> None:
    for tenant in (OURS, THEIRS):
        await vectors.put(tenant, [vector("a"), vector("b")])

    await vectors.drop(OURS, ["a", "never_there"])
    await vectors.drop(OURS, [])

    assert await found(vectors) == ["b"]
    assert sorted(await found(vectors, tenant=THEIRS)) == ["a", "b"]


async def test_a_vector_put_again_takes_its_own_place(vectors: QdrantVectors) -> None:
    await vectors.put(OURS, [vector("a", NORTH)])
    await vectors.put(OURS, [vector("a", SOUTH, document="document_2")])

    (match,) = await vectors.nearest(OURS, SOUTH, within=["notebook_1"], limit=10, floor=-1.0)

    assert match.document == "document_2"
    assert match.score == pytest.approx(1.0, abs=1e-3)


async def test_the_same_id_in_another_tenant_is_another_vector(vectors: QdrantVectors) -> None:
    await vectors.put(OURS, [vector("a")])
    await vectors.put(THEIRS, [vector("a")])

    await vectors.remove(THEIRS, "document_1")

    assert await found(vectors) == ["a"]
    assert await found(vectors, tenant=THEIRS) == []


async def test_removing_a_document_leaves_the_others(vectors: QdrantVectors) -> None:
    await vectors.put(OURS, [vector("a"), vector("b"), vector("c", document="document_2")])

    await vectors.remove(OURS, "document_1")
    await vectors.remove(OURS, "document_1")

    assert await found(vectors) == ["c"]


async def test_a_rehomed_document_is_found_on_its_new_path_only(vectors: QdrantVectors) -> None:
    await vectors.put(OURS, [vector("a"), vector("b", document="document_2")])
    await vectors.put(THEIRS, [vector("a")])

    await vectors.rehome(OURS, "document_1", ("notebook_2", "notebook_root"))

    assert await found(vectors, within=("notebook_root",)) == ["a"]
    assert await found(vectors) == ["b"]
    assert await found(vectors, tenant=THEIRS) == ["a"]


async def test_more_vectors_than_one_request_holds_are_all_kept(vectors: QdrantVectors) -> None:
    await vectors.put(OURS, [vector(f"chunk_{i}") for i in range(600)])

    assert len(await found(vectors, limit=1000)) == 600


async def test_several_processes_may_get_ready_at_once(server: Server) -> None:
    several = [server.vectors("chunks_of_several") for _ in range(4)]

    await asyncio.gather(*(each.ready() for each in several))

    await several[0].put(OURS, [vector("a")])
    assert await found(several[1]) == ["a"]
    for each in several:
        await each.close()


async def test_a_collection_for_vectors_of_another_length_is_refused(server: Server) -> None:
    three, four = server.vectors("chunks_of_three"), server.vectors("chunks_of_three", size=4)
    await three.ready()

    with pytest.raises(CollectionDiffers, match="another length than 4"):
        await four.ready()

    await three.close()
    await four.close()


async def test_a_wrong_vector_keeps_its_whole_batch_out(vectors: QdrantVectors) -> None:
    with pytest.raises(UnexpectedResponse, match="expected dim: 3, got 2"):
        await vectors.put(OURS, [vector("a"), vector("b", (1.0, 0.0)), vector("c")])

    assert await found(vectors) == []


async def test_a_wrong_key_opens_nothing(server: Server) -> None:
    stranger = server.vectors("chunks", key="guessed")

    with pytest.raises(UnexpectedResponse, match="401"):
        await stranger.ready()

    await stranger.close()


@pytest.mark.parametrize(
    ("path", "body", "status"),
    [
        ("points/query", '{"query": {"nearest": [1, 2, 3]}, "params": {"exact": true}}', 400),
        ("points/query", '{"query": {"nearest": [1, NaN, 3]}}', 400),
        ("points/delete", '{"filter": {"must": []}}', 400),
        ("points/delete", "{", 400),
        ("points/delete", '{"filter": {"must": [{"key": "id", "match": {"value": "a"}}]}}', 404),
    ],
)
async def test_what_the_engine_s_door_does_not_know_it_refuses(
    server: Server, path: str, body: str, status: int
) -> None:
    url = f"{server.at.url}/collections/none/{path}"

    async with httpx.AsyncClient(headers={"api-key": server.at.key}, trust_env=False) as client:
        answer = await client.post(url, content=body)

    assert answer.status_code == status
    assert answer.json()["status"]["error"]


async def test_what_was_put_is_there_after_kill_nine(server: Server, vectors: QdrantVectors) -> None:
    await vectors.put(OURS, [vector(f"chunk_{i}") for i in range(300)])
    pid = server.supervisor.pids()["qdrant"]

    os.kill(pid, signal.SIGKILL)

    await until(lambda: server.supervisor.pids().get("qdrant", pid) != pid)
    assert len(await found(vectors, limit=1000)) == 300


async def test_a_store_that_is_away_is_unavailable() -> None:
    nowhere = QdrantVectors(f"http://127.0.0.1:{free_port()}", collection="chunks", size=3)

    with pytest.raises(Unavailable):
        await found(nowhere)

    await nowhere.close()


async def test_a_store_that_never_answers_costs_its_caller_the_time_set_for_it() -> None:
    async def silent(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.read()
        writer.close()

    async with await asyncio.start_server(silent, "127.0.0.1", port := free_port()):
        mute = QdrantVectors(f"http://127.0.0.1:{port}", collection="chunks", size=3, timeout_s=0.3)
        asked = time.monotonic()

        with pytest.raises(Unavailable):
            await found(mute)

        assert time.monotonic() - asked < 20
        await mute.close()


async def test_a_store_that_stumbles_once_is_asked_again() -> None:
    answers = [b"HTTP/1.1 503 Service Unavailable\r\n", b"HTTP/1.1 200 OK\r\n"]
    body = b'{"result": {"points": []}, "status": "ok", "time": 0.0}'

    async def stumbling(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.readuntil(b"\r\n\r\n")
        writer.write(answers.pop(0) + b"connection: close\r\ncontent-length: %d\r\n\r\n" % len(body) + body)
        await writer.drain()
        writer.close()

    async with await asyncio.start_server(stumbling, "127.0.0.1", port := free_port()):
        clumsy = QdrantVectors(f"http://127.0.0.1:{port}", collection="chunks", size=3)

        assert await found(clumsy) == []

        assert not answers
        await clumsy.close()
