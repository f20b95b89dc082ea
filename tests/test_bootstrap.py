"""Everything wired up, as a cluster does it: an API, and a worker that is a process of its own."""

# ruff: noqa: F811 - a test names the fixtures that it asks for

import asyncio
import os
import sys
from collections.abc import AsyncIterator
from pathlib import Path

import httpx
import pytest

from aether import settings
from aether.adapters.embedded.ports import free_port
from aether.adapters.local_issuer.issuer import PATH
from aether.adapters.local_issuer.mint import CLIENT, NAME
from aether.bootstrap import parts, serving, tending
from aether.settings import Settings
from tests.graphql import house as houses
from tests.graphql.conftest import (  # noqa: F401 - pytest finds them by their names
    beside,
    house,
    pytest_generate_tests,
)
from tests.graphql.house import Caller, House

SEARCH = """
query ($mode: SearchMode!) { search(query: "lynx", mode: $mode) { edges { node { document { name } } } } }
"""


@pytest.fixture(scope="module")
def cluster(house: House, tmp_path_factory: pytest.TempPathFactory) -> Settings:
    """The settings of a cluster that trusts the issuer of *house* and uses its stores."""
    return settings.read(
        **{name: getattr(house.settings, name) for name in ("graph_url", "graph_user", "graph_password")},
        **{
            name: getattr(house.settings, name) for name in ("graph_database", "redis_url", "embedder_socket")
        },
        **{name: getattr(house.settings, name) for name in ("qdrant_url", "qdrant_key", "qdrant_collection")},
        data=tmp_path_factory.mktemp("cluster"),
        port=free_port(),
        issuer=NAME,
        issuer_discovery_url=f"{house.settings.origin}{PATH}/.well-known/openid-configuration",
        audience=CLIENT,
        client_id=CLIENT,
    )


@pytest.fixture(scope="module")
async def ada(house: House, cluster: Settings) -> AsyncIterator[Caller]:
    """Ada, who asks the API of the cluster."""
    async with houses.listening(serving.api(cluster), cluster, lifespan="on"):
        token = house.token("ada", of=houses.anywhere())
        headers = {"Authorization": f"Bearer {token}"}
        async with httpx.AsyncClient(base_url=cluster.origin, headers=headers, trust_env=False) as client:
            yield Caller(house=house, client=client)


async def test_a_document_goes_through_the_api_and_a_worker(
    ada: Caller, cluster: Settings, tmp_path: Path
) -> None:
    notebook = await ada.notebook()
    _, job = await ada.upload(notebook, "harz.txt", b"The lynx is back in the Harz.")

    log = tmp_path / "worker.log"
    with log.open("wb") as written:
        worker = await asyncio.create_subprocess_exec(
            *(sys.executable, "-m", "aether.worker"),
            env={**os.environ, **settings.environment(cluster)},
            stderr=written,
        )
    try:
        assert (await ada.over(job))["status"] == "COMPLETED"
    finally:
        worker.terminate()
        try:
            code = await asyncio.wait_for(worker.wait(), 30)
        except TimeoutError:
            worker.kill()  # else it would do the work of the tests that follow
            raise

    assert code == 0, log.read_text()
    assert "document_completed" in log.read_text()
    assert "lynx" not in log.read_text()
    for mode in ("FULLTEXT", "SEMANTIC"):
        found = (await ada.ask(SEARCH, mode=mode))["search"]["edges"]
        assert [edge["node"]["document"] for edge in found] == [{"name": "harz.txt"}]


async def test_every_part_answers(ada: Caller, cluster: Settings) -> None:
    ready = await ada.client.get("/readyz")

    assert (ready.status_code, ready.json()["status"]) == (200, "ok")
    assert set(ready.json()["parts"]) == {"graph", "redis", "vectors", "blobs"}
    told = await tending.check(cluster)
    assert told == dict.fromkeys((*ready.json()["parts"], "issuer"))


async def checked(cluster: Settings, *words: str) -> tuple[int, list[str]]:
    """The exit code of `aether check`, and what it says of orphans."""
    command = (sys.executable, "-m", "aether.cli", "check", *words)
    env = {**os.environ, **settings.environment(cluster)}
    done = await asyncio.create_subprocess_exec(*command, env=env, stdout=asyncio.subprocess.PIPE)
    written, _ = await done.communicate()
    return done.returncode or 0, [line for line in written.decode().splitlines() if "mended" in line]


async def test_orphans_are_told_and_mended_at_the_command_line(
    ada: Caller, house: House, cluster: Settings
) -> None:
    ask = house.opened.driver.execute_query
    for label in ("Chunk", "Finding", "DocumentVersion", "Document"):
        await ask(f"MATCH (n:{label}) DETACH DELETE n")  # type: ignore[arg-type, unused-ignore]
    await checked(cluster, "--repair")
    document, _ = await ada.upload(await ada.notebook(), "harz.txt", b"The lynx is back in the Harz.")
    assert {line.partition(": ")[2] for line in (await checked(cluster, "--orphans"))[1]} == {"0, mended: 0"}
    lost = {"id": "chunk_lost", "tenant": "tenant_gone", "document": "document_gone"}
    await ask("CREATE (n:Chunk) SET n += $lost", lost=lost)

    told = [await checked(cluster, *words) for words in (["--orphans"], ["--orphans", "--repair"])]

    assert [code for code, _ in told] == [1, 1]
    assert "chunks without a document: 1, mended: 0 chunk_lost" in told[0][1]
    assert "chunks without a document: 1, mended: 1 chunk_lost" in told[1][1]
    assert (await checked(cluster, "--orphans"))[0] == 0
    assert (await checked(cluster))[1] == []
    assert (await ada.client.get(f"/documents/{document}/content")).status_code == 200


async def test_nobody_hands_out_tokens_in_a_cluster(ada: Caller, house: House) -> None:
    for path in ("/.well-known/openid-configuration", "/authorize", "/keys"):
        assert (await house.caller().client.get(f"{PATH}{path}")).status_code != 404
        assert (await ada.client.get(f"{PATH}{path}")).status_code == 404
    config = (await ada.client.get("/graphiql/config")).json()
    assert (config["token"], config["people"]) == (None, [])


async def test_logins_lead_to_the_issuer_that_is_set(ada: Caller, house: House) -> None:
    answer = await ada.client.get("/auth/login")

    assert answer.status_code == 303
    assert answer.headers["location"].startswith(f"{house.settings.origin}{PATH}/authorize?")


async def test_migrating_twice_does_nothing(house: House) -> None:
    assert await tending.migrate(house.settings) == []


def test_what_is_shipped_is_found() -> None:
    assert (parts.shipped("cypher") / "migrations").is_dir()
    assert (parts.shipped("web/static") / "index.html").is_file()
