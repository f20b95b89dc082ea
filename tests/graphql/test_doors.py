"""The doors through which files come: each refuses the same files, for the same reasons."""

import base64
from collections.abc import AsyncIterator, Awaitable, Callable

import pytest

from tests.engines import Engines
from tests.graphql import house as houses
from tests.graphql.house import Beside, Caller, House
from tests.graphql.test_uploads import TUS

MOST = 100
TAKEN = "TAKEN"
BEGUN = """
mutation ($input: CreateUploadInput!) { createUpload(input: $input) { userErrors { code } } }
"""
TOGETHER = """
mutation ($input: CreateUploadsInput!) { createUploads(input: $input) { results { userErrors { code } } } }
"""

Door = Callable[[Caller, str, str, int], Awaitable[str]]
"""What somebody is told who brings a file of that name and size to a notebook: a code."""


@pytest.fixture(scope="session")
async def house(
    request: pytest.FixtureRequest,
    engines: Engines,
    redis_url: str,
    beside: Beside,
    tmp_path_factory: pytest.TempPathFactory,
) -> AsyncIterator[House]:
    """An Aether that takes small files, lets one job of a tenant wait, and runs none."""
    async with houses.serving(
        await engines.get(request.param),
        redis_url=f"{redis_url.removesuffix('/0')}/11",
        beside=beside,
        folder=tmp_path_factory.mktemp("narrow"),
        jobs_waiting_most=1,
        max_upload_bytes=MOST,
    ) as serving:
        yield serving


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    """Each test is one of each door."""
    if "door" in metafunc.fixturenames:
        metafunc.parametrize("door", [put, tus, begun, together], ids=lambda door: door.__name__)


async def put(caller: Caller, notebook: str, name: str, size: int) -> str:
    answer = await caller.put(notebook, name, b"a" * size)
    return TAKEN if answer.status_code == 202 else str(answer.json()["error"]["code"])


async def tus(caller: Caller, notebook: str, name: str, size: int) -> str:
    told = {"filename": name, "notebook": notebook}
    said = ",".join(f"{key} {base64.b64encode(it.encode()).decode()}" for key, it in told.items())
    headers = {**TUS, "Upload-Length": str(size), "Upload-Metadata": said}
    answer = await caller.client.post("/uploads", headers=headers)
    return TAKEN if answer.status_code == 201 else str(answer.json()["error"]["code"])


async def begun(caller: Caller, notebook: str, name: str, size: int) -> str:
    input = {"notebookId": notebook, "name": name, "size": size}
    answer = await caller.answer(BEGUN, input=input)
    if "errors" in answer:
        return str(answer["errors"][0]["extensions"]["code"])
    return code_of(answer["data"]["createUpload"]["userErrors"])


async def together(caller: Caller, notebook: str, name: str, size: int) -> str:
    input = {"notebookId": notebook, "files": [{"name": name, "size": size}]}
    answer = await caller.answer(TOGETHER, input=input)
    if "errors" in answer:
        return str(answer["errors"][0]["extensions"]["code"])
    (result,) = answer["data"]["createUploads"]["results"]
    return code_of(result["userErrors"])


def code_of(errors: list[dict[str, str]]) -> str:
    return errors[0]["code"] if errors else TAKEN


@pytest.mark.parametrize(
    ("size", "told"), [(0, "FILE_EMPTY"), (1, TAKEN), (MOST, TAKEN), (MOST + 1, "FILE_TOO_LARGE")]
)
async def test_files_of_the_same_sizes_are_taken(ada: Caller, door: Door, size: int, told: str) -> None:
    assert await door(ada, await ada.notebook(), "elbe.txt", size) == told


@pytest.mark.parametrize(
    ("name", "told"),
    [
        ("..", "INVALID"),
        ("a/..", "INVALID"),
        (" ", "INVALID"),
        ("a\x00.txt", "INVALID"),
        ("gpj.\u202etxt.exe", "INVALID"),
        ("\u2066a", "INVALID"),
        ("a" * 256, "INVALID"),
        ("a" * 255, TAKEN),
        ("../../etc/passwd", TAKEN),
        ("水 🌊.txt", TAKEN),
    ],
)
async def test_files_of_the_same_names_are_taken(ada: Caller, door: Door, name: str, told: str) -> None:
    assert await door(ada, await ada.notebook(), name, 1) == told


async def test_no_door_is_open_while_too_many_jobs_wait(ada: Caller, door: Door) -> None:
    notebook = await ada.notebook()
    await ada.upload(notebook)

    assert await door(ada, notebook, "elbe.txt", 1) == "QUEUE_FULL"


async def test_the_same_people_are_let_in(
    ada: Caller, ben: Caller, eve: Caller, vera: Caller, mallory: Caller, door: Door
) -> None:
    notebook, archived = await ada.notebook(), await ada.notebook()
    await ada.share(notebook, ben)
    await ada.share(notebook, vera, "WRITE")
    await ada.do("archiveNotebook", id=archived)

    assert await door(ada, archived, "elbe.txt", 1) == "NOTEBOOK_ARCHIVED"
    assert await door(eve, "notebook_00000000000000000000000000", "elbe.txt", 1) == "NOTEBOOK_NOT_FOUND"
    assert [await door(who, notebook, "elbe.txt", 1) for who in (ben, eve, mallory, vera, ada)] == [
        "PERMISSION_REQUIRED",
        "NOTEBOOK_NOT_FOUND",
        "NOTEBOOK_NOT_FOUND",
        "ROLE_REQUIRED",
        TAKEN,
    ]
