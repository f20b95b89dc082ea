"""Uploads and their processing are followed live, from any place, up to their end."""

import asyncio
from collections.abc import AsyncIterator

import pytest
from redis.asyncio import Redis

from aether.adapters.embedded.ports import free_port
from aether.adapters.redis.feed import RedisFeed
from aether.bootstrap import parts
from tests.adapters.test_tus import doors, receiver_of
from tests.graphql.house import Caller, House
from tests.graphql.test_uploads import TUS, brought
from tests.graphql.wire import Wire, talking

UPLOADING = """
subscription ($id: ID!, $after: String) { uploadProgress(uploadId: $id, after: $after) {
  cursor gap upload { status offset length document { name } job { status } }
} }
"""
PROCESSING = """
subscription ($job: ID, $document: ID) { processingProgress(jobId: $job, documentId: $document) {
  cursor job { id status }
} }
"""
UPLOADS = """
subscription ($id: ID!, $after: String) { notebookUploads(notebookId: $id, after: $after) {
  cursor gap job { id status }
} }
"""


@pytest.fixture
async def relayed(house: House) -> AsyncIterator[None]:
    """Events are handed on, and no jobs run."""
    async with parts.relaying(house.opened):
        yield


async def begun(ada: Caller) -> tuple[str, str]:
    """The id of an upload of nine bytes, and where they go."""
    made = await ada.do(
        "createUpload", "upload { id url }", notebookId=await ada.notebook(), name="elbe.txt", size=9
    )
    return made["upload"]["id"], made["upload"]["url"]


@pytest.mark.usefixtures("relayed")
async def test_an_upload_is_followed_from_its_first_byte_to_its_document(ada: Caller, wire: Wire) -> None:
    id, url = await begun(ada)

    await wire.begin(UPLOADING, id=id)
    first = (await wire.next())["uploadProgress"]
    assert await brought(ada, url, 0, b"The ") == 204
    second = (await wire.next())["uploadProgress"]
    assert await brought(ada, url, 4, b"Elbe.") == 204
    rest = [told["uploadProgress"] for told in await wire.rest()]

    assert first["upload"] == {"status": "RECEIVING", "offset": 0, "length": 9, "document": None, "job": None}
    assert second["upload"]["offset"] in {0, 4}
    assert rest[-1]["upload"] == {
        "status": "COMPLETED",
        "offset": 9,
        "length": 9,
        "document": {"name": "elbe.txt"},
        "job": {"status": "PENDING"},
    }
    offsets = [it["upload"]["offset"] for it in (first, second, *rest)]
    assert offsets == sorted(offsets)
    async with talking(ada) as later:
        await later.begin(UPLOADING, id=id, after=second["cursor"])
        (end,) = [told["uploadProgress"] for told in await later.rest()]
    assert end["upload"] == rest[-1]["upload"]


@pytest.mark.usefixtures("relayed")
async def test_what_is_aborted_is_told_to_whoever_follows_it(ada: Caller, wire: Wire) -> None:
    id, _ = await begun(ada)
    await wire.begin(UPLOADING, id=id)
    await wire.next()

    await ada.do("abortUpload", id=id)

    told = await wire.rest()
    assert told[-1]["uploadProgress"]["upload"]["status"] == "ABORTED"


async def test_nobody_follows_somebody_elses_upload(ada: Caller, guest: Wire) -> None:
    id, _ = await begun(ada)

    await guest.begin(UPLOADING, id=id)

    assert await guest.fault() == "UPLOAD_NOT_FOUND"


async def test_bytes_are_taken_in_though_nobody_can_be_told(ada: Caller) -> None:
    _, url = await begun(ada)
    async with Redis.from_url(f"redis://127.0.0.1:{free_port()}/0") as nowhere:
        person = doors(ada, receiver_of(ada, feed=RedisFeed(nowhere)))

        async def slowly() -> AsyncIterator[bytes]:
            for piece in (b"The ", b"Elbe."):
                yield piece
                await asyncio.sleep(0.25)

        headers = {**TUS, "Upload-Offset": "0", "Content-Type": "application/offset+octet-stream"}
        answer = await person.client.patch(url, content=slowly(), headers=headers)

    assert (answer.status_code, answer.headers["upload-offset"]) == (204, "9")


@pytest.mark.usefixtures("relayed")
async def test_processing_is_followed_by_job_or_by_document(ada: Caller) -> None:
    document, job = await ada.upload(await ada.notebook())
    for named in ({"job": job}, {"document": document}):
        async with talking(ada) as wire:
            await wire.begin(PROCESSING, **named)
            told = (await wire.next())["processingProgress"]
            assert told["job"] == {"id": job, "status": "PENDING"}

    await ada.do("cancelJob", id=job)

    async with talking(ada) as wire:
        await wire.begin(PROCESSING, document=document)
        assert [it["processingProgress"]["job"]["status"] for it in await wire.rest()] == ["CANCELLED"]
        await wire.begin(PROCESSING, named="2", job=job, document=document)
        assert await wire.fault("2") == "INVALID"
        await wire.begin(PROCESSING, named="3")
        assert await wire.fault("3") == "INVALID"


@pytest.mark.usefixtures("relayed")
async def test_who_missed_something_is_shown_every_open_job(ada: Caller, wire: Wire) -> None:
    notebook = await ada.notebook()
    jobs = {(await ada.upload(notebook, f"{n}.txt"))[1] for n in range(3)}
    await ada.quiet()

    await wire.begin(UPLOADS, id=notebook, after="1-1")

    told = [(await wire.next())["notebookUploads"] for _ in range(4)]
    assert all(it["gap"] for it in told)
    assert {it["job"]["id"] for it in told[:3]} == jobs


async def test_who_follows_an_upload_is_told_when_all_bytes_will_be_there(ada: Caller, wire: Wire) -> None:
    made = await ada.do(
        "createUpload", "upload { id url }", notebookId=await ada.notebook(), name="elbe.txt", size=1_000
    )
    query = """subscription ($id: ID!) { uploadProgress(uploadId: $id) {
      at upload { offset } eta { earliest likely latest } } }"""
    await wire.begin(query, id=made["upload"]["id"])
    await wire.next()

    for start in range(0, 700, 100):
        await brought(ada, made["upload"]["url"], start, b"x" * 100)
        await asyncio.sleep(0.3)
    told = [(await wire.next())["uploadProgress"]]
    while told[-1]["upload"]["offset"] < 700:
        told.append((await wire.next())["uploadProgress"])

    assert told[0]["eta"] is None
    eta = told[-1]["eta"]
    assert told[-1]["at"] < eta["earliest"] <= eta["likely"] <= eta["latest"]
