"""Whatever is killed while a document is processed, the document is understood, and once only."""

import asyncio
import contextlib
import io
import json
import time
from collections.abc import AsyncIterator, Mapping
from pathlib import Path
from typing import Any

import httpx
import pikepdf
import pytest

from aether.adapters.api_client import operations
from aether.adapters.api_client.client import Client
from aether.domain.errors import AetherError
from tests import make_files
from tests.e2e import ups
from tests.e2e.ups import Up

pytestmark = [pytest.mark.slow, pytest.mark.timeout(400)]

TAKEN_UP_AGAIN_S = 15.0
JOB = "query ($id: ID!) { job(id: $id) { status stage attempt finishedAt error { code } } }"
DOCUMENT = "query ($id: ID!) { document(id: $id) { processingStatus embeddingStatus chunkCount } }"
CHUNKS = """
query ($id: ID!, $after: String) {
  document(id: $id) {
    chunks(first: 100, after: $after) {
      edges { node { id ordinal page } } pageInfo { hasNextPage endCursor }
    }
  }
}
"""


def book(pages: int) -> bytes:
    """A long PDF, whose last page says a word that no other does."""
    written = io.BytesIO()
    last = io.BytesIO(make_files.pdf(["The coelacanth was thought to be extinct."]))
    with pikepdf.open(io.BytesIO(make_files.long_pdf(pages))) as file, pikepdf.open(last) as end:
        file.pages.extend(end.pages)
        file.save(written)
    return written.getvalue()


@pytest.fixture(scope="module")
def data(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("killed") / "data"


@pytest.fixture(scope="module")
async def running(data: Path) -> AsyncIterator[Up]:
    async with ups.up(data, "--empty") as started:
        yield started


@pytest.fixture
async def ada(running: Up) -> AsyncIterator[Client]:
    async with ups.asking(running) as client:
        yield client


async def begun(ada: Client, pages: int) -> tuple[str, str, str]:
    """The ids of a notebook, of a long document in it, and of its job."""
    made = await ada.change(operations.CREATE_NOTEBOOK, name="Fish", parent=None)
    notebook = made["notebook"]["id"]
    file = book(pages)
    told = await ada.upload(ups.pieces(file), size=len(file), name="fish.pdf", notebook=notebook)
    return notebook, told["document"]["id"], told["job"]["id"]


async def reached(ada: Client, job: str, within_s: float = 200, **wanted: object) -> Mapping[str, Any]:
    """The job, as soon as it is as *wanted*."""
    async with asyncio.timeout(within_s):
        while True:
            found: Mapping[str, Any] = (await ada.ask(JOB, id=job))["job"]
            if wanted.items() <= found.items():
                return found
            assert found["finishedAt"] is None, found
            await asyncio.sleep(0.05)


async def taken_up_again(ada: Client, job: str) -> float:
    """How long it takes until another attempt runs, in seconds."""
    since = time.monotonic()
    await reached(ada, job, within_s=TAKEN_UP_AGAIN_S, status="RUNNING", attempt=2)
    return time.monotonic() - since


async def vectors(data: Path, document: str) -> list[str]:
    """The ids of the chunks of *document* that the vector store holds, sorted."""
    at = json.loads((data / "addresses.json").read_text())["vectors"]
    of_document = {"must": [{"key": "document", "match": {"value": document}}]}
    asked = {
        "query": {"nearest": [1.0] * 384},
        "filter": of_document,
        "limit": 10_000,
        "with_payload": ["id"],
    }
    url = f"http://127.0.0.1:{at['port']}/collections/aether/points/query"
    async with httpx.AsyncClient(trust_env=False, headers={"api-key": at["key"]}) as client:
        answer = await client.post(url, json=asked)
    return sorted(point["payload"]["id"] for point in answer.raise_for_status().json()["result"]["points"])


async def understood_once(ada: Client, data: Path, notebook: str, document: str) -> None:
    """Assert that *document* is found whole, and nothing of it twice."""
    found = (await ada.ask(DOCUMENT, id=document))["document"]
    chunks = await ada.everything(CHUNKS, "document", "chunks", id=document)
    ids = sorted(chunk["id"] for chunk in chunks)

    assert (found["processingStatus"], found["embeddingStatus"]) == ("COMPLETED", "DONE")
    assert found["chunkCount"] == len(set(ids)) > 100
    assert [chunk["ordinal"] for chunk in chunks] == list(range(len(chunks)))
    assert await vectors(data, document) == ids
    for mode in ("FULLTEXT", "SEMANTIC"):
        hits = await ada.ask(
            operations.SEARCH, query="coelacanth extinct", mode=mode, notebook=notebook, first=5
        )
        assert hits["search"]["edges"][0]["node"]["chunk"]["id"] == chunks[-1]["id"]


@pytest.mark.parametrize(("stage", "pages"), [("extract", 500), ("embed", 60)])
async def test_a_worker_is_killed_and_another_one_goes_on(
    running: Up, ada: Client, data: Path, stage: str, pages: int
) -> None:
    notebook, document, job = await begun(ada, pages)
    await reached(ada, job, status="RUNNING", stage=stage)

    await running.kill("aether.worker")

    waited_s = await taken_up_again(ada, job)
    ended = await reached(ada, job, status="COMPLETED")
    print(f"killed in {stage}: taken up again after {waited_s:.1f} s")
    assert ended["attempt"] == 2
    await understood_once(ada, data, notebook, document)


@pytest.mark.parametrize("part", ["redis-server", "com.arcadedb", "aether.adapters.sentence_transformers"])
async def test_a_part_of_the_stack_dies_and_the_document_does_not(
    running: Up, ada: Client, data: Path, part: str
) -> None:
    notebook, document, job = await begun(ada, 60)
    await reached(ada, job, status="RUNNING", stage="embed")

    await running.kill(part)

    await reached(ada, job, status="COMPLETED")
    await understood_once(ada, data, notebook, document)


@pytest.mark.parametrize("part", ["redis-server", "com.arcadedb"])
async def test_a_part_that_is_silent_for_ten_seconds_is_told_of_and_nothing_is_lost(
    running: Up, ada: Client, data: Path, part: str
) -> None:
    notebook, document, job = await begun(ada, 60)
    await reached(ada, job, status="RUNNING", stage="embed")

    async with running.silent(part):
        asked = time.monotonic()
        with contextlib.suppress(AetherError):
            # Redis carries no reading; the graph carries all of it.
            await ada.ask(JOB, id=job)
            assert part == "redis-server"
        assert time.monotonic() - asked < 20
        await asyncio.sleep(max(0.0, 10 - (time.monotonic() - asked)))

    await reached(ada, job, status="COMPLETED")
    await understood_once(ada, data, notebook, document)
