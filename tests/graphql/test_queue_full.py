"""A tenant whose jobs pile up is told to come back later, before it brings another byte."""

import base64
from collections.abc import AsyncIterator

import pytest

from tests.engines import Engines
from tests.graphql import house as houses
from tests.graphql.house import Beside, Caller, House
from tests.graphql.test_uploads import TUS, brought

MOST = 3
FULL = (429, "QUEUE_FULL")


@pytest.fixture(scope="module")
async def narrow(
    engines: Engines, redis_url: str, beside: Beside, tmp_path_factory: pytest.TempPathFactory
) -> AsyncIterator[House]:
    """An Aether that lets three jobs of a tenant wait, and runs none."""
    async with houses.serving(
        await engines.get("arcadedb"),
        redis_url=f"{redis_url.removesuffix('/0')}/8",
        beside=beside,
        folder=tmp_path_factory.mktemp("narrow"),
        jobs_waiting_most=MOST,
    ) as serving:
        yield serving


@pytest.fixture
def zoe(narrow: House, here: str) -> Caller:
    """Who brings much."""
    return narrow.person("zoe", of=here)


async def filled(zoe: Caller, notebook: str) -> list[tuple[str, str]]:
    """The ids of as many documents, and of their jobs, as may wait."""
    return [await zoe.upload(notebook, f"{n}.txt") for n in range(MOST)]


async def test_no_file_is_taken_in_while_too_many_wait(zoe: Caller) -> None:
    notebook = await zoe.notebook()
    await filled(zoe, notebook)

    answer = await zoe.put(notebook, "more.txt", b"Rivers run.")

    assert (answer.status_code, answer.json()["error"]["code"]) == FULL
    assert int(answer.headers["retry-after"]) > 0
    named = base64.b64encode(notebook.encode()).decode()
    told = {**TUS, "Upload-Length": "9", "Upload-Metadata": f"filename YS50eHQ=,notebook {named}"}
    begun = await zoe.client.post("/uploads", headers=told)
    assert (begun.status_code, begun.json()["error"]["code"]) == FULL
    assert int(begun.headers["retry-after"]) > 0


async def test_the_api_says_when_to_come_back(zoe: Caller) -> None:
    notebook = await zoe.notebook()
    ((document, job), *_) = await filled(zoe, notebook)
    await zoe.do("cancelJob", id=job)
    await zoe.upload(notebook, "again.txt")

    for mutation, type, input in (
        ("createUpload", "CreateUploadInput", {"notebookId": notebook, "name": "a.txt"}),
        ("createUploads", "CreateUploadsInput", {"notebookId": notebook, "files": [{"name": "a.txt"}]}),
        ("reprocessDocument", "ReprocessDocumentInput", {"id": document}),
        ("retryJob", "JobInput", {"id": job}),
    ):
        query = f"mutation ($input: {type}!) {{ {mutation}(input: $input) {{ userErrors {{ code }} }} }}"
        (error,) = (await zoe.answer(query, input=input))["errors"]
        assert error["extensions"]["code"] == "QUEUE_FULL", mutation
        assert error["extensions"]["retryAfterSeconds"] > 0


async def test_what_was_begun_before_is_taken_in_to_its_end(zoe: Caller) -> None:
    notebook = await zoe.notebook()
    made = await zoe.do("createUpload", "upload { id url }", notebookId=notebook, name="a.txt", size=9)
    await filled(zoe, notebook)

    assert await brought(zoe, made["upload"]["url"], 0, b"The Elbe.") == 204

    query = "query ($id: ID!) { upload(id: $id) { status job { status priority } } }"
    done = (await zoe.ask(query, id=made["upload"]["id"]))["upload"]
    assert done == {"status": "COMPLETED", "job": {"status": "PENDING", "priority": "NORMAL"}}


async def test_a_stranger_learns_nothing_and_another_tenant_is_not_held_up(
    narrow: House, zoe: Caller, here: str
) -> None:
    notebook = await zoe.notebook()
    await filled(zoe, notebook)

    stranger = await narrow.person("eve", of=here).put(notebook, "a.txt", b"Rivers run.")
    other = narrow.person("yan", of=houses.anywhere())

    assert (stranger.status_code, stranger.json()["error"]["code"]) == (404, "NOTEBOOK_NOT_FOUND")
    await filled(other, await other.notebook())
