"""`aether up` as a new user meets it: a demo, a page with a token, and a first file."""

import asyncio
import time
from collections.abc import AsyncIterator, Mapping
from pathlib import Path
from typing import Any

import httpx
import pytest

from tests import make_files
from tests.e2e import ups
from tests.e2e.ups import Up
from tests.graphql import wire

pytestmark = [pytest.mark.slow, pytest.mark.timeout(300)]

DOCUMENTS = """
{ notebooks(first: 100) { edges { node {
  name owner { username } viewerPermission visibility parent { name }
  documents { edges { node { name processingStatus chunkCount } } }
} } } }
"""
PROGRESS = "subscription ($id: ID!) { jobProgress(id: $id) { job { status stage progress } } }"
SEARCH = """
query ($query: String!) { search(query: $query, first: 3) {
  edges { node { document { name } chunk { page } snippet } }
} }
"""
TOKEN, PASSWORD, WORDS = "canary-token", "canary-password", "canary words of a text"
TEXTS = {"good.txt": WORDS, "broken.pdf": f"%PDF-1.7 {WORDS}"}
QUERIES = (
    f'{{ verifyToken(token: "{TOKEN}") {{ code }} }}',
    f'{{ user(password: "{PASSWORD}") {{ id }} }}',
    f'{{ search(query: "{WORDS}") {{ missing }} }}',
    f'{{ search(query: "{WORDS}", first: 0) {{ missing }} }}',
    f'{{ broken "{PASSWORD}"',
)
SHOWN: tuple[dict[str, str], ...] = (
    {"Authorization": f"Bearer {TOKEN}"},
    {"Cookie": f"aether_token={TOKEN}; aether_refresh={TOKEN}", "X-Aether-Request": "1"},
)


@pytest.fixture(scope="module")
def data(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("first") / "data"


@pytest.fixture(scope="module")
async def running(data: Path) -> AsyncIterator[Up]:
    """An Aether that was started twice."""
    since = time.monotonic()
    async with ups.up(data) as started:
        print(f"first start: {time.monotonic() - since:.1f} s")
        assert await started.stopped() == 0
    since = time.monotonic()
    async with ups.up(data) as started:
        print(f"second start: {time.monotonic() - since:.1f} s")
        yield started


@pytest.fixture(scope="module")
async def page(running: Up) -> Mapping[str, Any]:
    """What the page at `/` is told."""
    async with client_of(running) as client:
        assert "<title>" in (await client.get("/")).text
        found: Mapping[str, Any] = (await client.get("/graphiql/config")).json()
        return found


def client_of(running: Up, **headers: str) -> httpx.AsyncClient:
    """Somebody who asks with *headers*."""
    return httpx.AsyncClient(base_url=running.url, headers=headers, trust_env=False, timeout=60)


@pytest.fixture
async def ada(running: Up, page: Mapping[str, Any]) -> AsyncIterator[httpx.AsyncClient]:
    async with client_of(running, Authorization=f"Bearer {page['token']}") as client:
        yield client


async def ask(client: httpx.AsyncClient, query: str, /, **variables: object) -> Any:
    answer = (await client.post("/graphql", json={"query": query, "variables": variables})).json()
    assert "errors" not in answer, answer
    return answer["data"]


async def uploaded(client: httpx.AsyncClient, notebook: str, name: str, text: str) -> str:
    """The job of a new document."""
    answer = await client.put("/upload", params={"notebook": notebook, "name": name}, content=text.encode())
    return str(answer.json()["job"]["id"])


async def test_the_demo_is_there_and_understood(ada: httpx.AsyncClient) -> None:
    async with asyncio.timeout(60):
        while True:
            nodes = [edge["node"] for edge in (await ask(ada, DOCUMENTS))["notebooks"]["edges"]]
            documents = [edge["node"] for node in nodes for edge in node["documents"]["edges"]]
            if all(document["processingStatus"] == "COMPLETED" for document in documents):
                break
            await asyncio.sleep(0.2)

    assert {node["name"]: (node["parent"] or {}).get("name") for node in nodes} == {
        "River Elwin": None,
        "Sampling": "River Elwin",
        "Lab notes": "Sampling",
        "Reading list": "River Elwin",
    }
    assert sorted(document["name"] for document in documents) == [
        "Reading list.md",
        "Sampling protocol.docx",
        "Spring flood 2026.pdf",
    ]
    assert all(document["chunkCount"] for document in documents)


async def test_the_first_operations_return_something(
    running: Up, page: Mapping[str, Any], ada: httpx.AsyncClient
) -> None:
    browse, search, follow = page["examples"]

    found = await ask(ada, browse["query"], **browse["variables"])
    assert found["viewer"]["fullName"] == page["person"]
    assert found["notebooks"]["edges"]
    hits = (await ask(ada, search["query"], **search["variables"]))["search"]["edges"]
    assert hits[0]["node"]["document"]["name"] == "Spring flood 2026.pdf"
    async with wire.told(running.url, Authorization=f"Bearer {page['token']}") as socket:
        await socket.begin(follow["query"], **follow["variables"])
        assert "notebookUploads" in await socket.next()


async def test_everybody_of_the_demo_has_a_token(running: Up, page: Mapping[str, Any]) -> None:
    names = []
    for person in page["people"]:
        async with client_of(running, Authorization=f"Bearer {person['token']}") as client:
            viewer = (await ask(client, "{ viewer { fullName } notebooks { totalCount } }"))["viewer"]
            names.append(viewer["fullName"])

    assert names == [person["name"] for person in page["people"]] == ["Ada Brook", "Ben Ford"]


async def test_a_first_file_is_followed_and_found(
    running: Up, page: Mapping[str, Any], ada: httpx.AsyncClient
) -> None:
    data = make_files.pdf(["Nothing yet."], ["The capybara swims in the Elwin since Tuesday."])
    sent = {"notebook": page["demo"]["notebooks"][0]["id"], "name": "capybara.pdf"}

    job = (await ada.put("/upload", params=sent, content=data)).json()["job"]["id"]
    async with wire.told(running.url, Authorization=f"Bearer {page['token']}") as socket:
        await socket.begin(PROGRESS, id=job)
        told = [each["jobProgress"]["job"] for each in await socket.rest()]

    assert told[-1] == {"status": "COMPLETED", "stage": "index", "progress": 100}
    assert [each["progress"] for each in told] == sorted(each["progress"] for each in told)
    (hit, *_) = (await ask(ada, SEARCH, query="capybara"))["search"]["edges"]
    assert hit["node"]["document"]["name"] == "capybara.pdf"
    assert hit["node"]["chunk"]["page"] in {1, 2}
    assert "capybara" in hit["node"]["snippet"]


async def test_no_log_holds_what_is_nobodys_business(
    running: Up, data: Path, page: Mapping[str, Any], ada: httpx.AsyncClient
) -> None:
    notebook = page["demo"]["notebooks"][0]["id"]
    made = 'mutation { createApiKey(input: {name: "Script"}) { secret } }'
    secret = (await ask(ada, made))["createApiKey"]["secret"]

    jobs = [await uploaded(ada, notebook, name, text) for name, text in TEXTS.items()]
    for query in QUERIES:
        await ada.post("/graphql", json={"query": query})
    for headers in ({"X-API-Key": secret}, *SHOWN):
        async with client_of(running, **headers) as client:
            await client.post("/graphql", json={"query": "{ viewer { id } }"})
            await client.put("/upload", params={"notebook": notebook, "name": "x.txt"}, content=b"x")
            await client.post("/auth/refresh")
            await client.get("/auth/callback", params={"code": TOKEN, "state": TOKEN})
    async with wire.told(running.url, Authorization=f"Bearer {page['token']}") as socket:
        for job in jobs:
            await socket.begin(PROGRESS, id=job, named=job)
            await socket.rest(job)
    assert await running.stopped() == 0

    logs = {data.parent / f"{data.name}.log", *data.glob("logs/*"), *data.rglob("*.log*")}
    written = "".join(log.read_text(errors="replace") for log in logs if log.is_file())
    for event in ("operation_answered", "document_uploaded", "document_completed", "document_failed"):
        assert event in written
    assert [it for it in (TOKEN, PASSWORD, WORDS, secret, page["token"]) if it in written] == []
