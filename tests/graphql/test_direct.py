"""Files that go to a real S3 store by themselves: documents once they are whole, and nothing before."""

import asyncio
import hashlib
from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any

import httpx
import pytest
from pydantic import SecretStr

from aether.adapters.embedded.children import Supervisor
from aether.adapters.embedded.ports import free_port
from aether.adapters.s3 import blobs, direct
from aether.adapters.s3.direct import DirectS3Blobs
from aether.domain.presigning import PART_LEAST, Cut, PartsWrong
from tests.adapters.test_s3_blobs import bucket, emptied, names
from tests.engines import Engines
from tests.graphql import house as houses
from tests.graphql.house import Answer, Beside, Caller, House
from tests.servers import s3
from tests.workers.test_pipeline import run

pytestmark = pytest.mark.slow

LARGE = hashlib.shake_256(b"a delta").digest(2 * PART_LEAST + 12_345)
SMALL = b"The Elbe is tidal below Geesthacht."
PARTS = """
query ($id: ID!, $first: Int! = 100, $after: Int! = 0) {
  directUploadParts(uploadId: $id, first: $first, after: $after) { number size url }
}
"""
DONE = "upload { status offset document { id name fileHash fileSize } job { id } }"


@pytest.fixture(scope="session")
async def s3_port(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[int]:
    home, port = tmp_path_factory.mktemp("s3"), free_port()
    try:
        child = await asyncio.to_thread(s3.child, home, port=port)
    except s3.NotToBeHad as why:
        pytest.skip(f"S3 DID NOT RUN: {why}")
    supervisor = Supervisor(home)
    await supervisor.start(child)
    (home / "buckets" / "files").mkdir()
    yield port
    await supervisor.stop()


@pytest.fixture(scope="session")
async def house(
    request: pytest.FixtureRequest,
    engines: Engines,
    redis_url: str,
    beside: Beside,
    s3_port: int,
    tmp_path_factory: pytest.TempPathFactory,
) -> AsyncIterator[House]:
    """An Aether whose clients reach the store."""
    async with houses.serving(
        await engines.get(request.param),
        redis_url=f"{redis_url.removesuffix('/0')}/7",
        beside=beside,
        folder=tmp_path_factory.mktemp("house"),
        s3_bucket="files",
        s3_url=f"http://127.0.0.1:{s3_port}",
        s3_public_url=f"http://localhost:{s3_port}",
        s3_access_key=s3.ACCESS,
        s3_secret_key=SecretStr(s3.SECRET),
        s3_prefix="aether",
        s3_presigned=True,
        max_upload_bytes=3 * PART_LEAST,
    ) as serving:
        yield serving


@pytest.fixture(autouse=True)
async def store(s3_port: int) -> AsyncIterator[DirectS3Blobs]:
    """The store, which is empty."""
    async with direct.opened(bucket(s3_port), lasts=timedelta(hours=1)) as opened:
        await emptied(opened)
        yield opened


@pytest.fixture
async def outside() -> AsyncIterator[httpx.AsyncClient]:
    """Who has a URL, and nothing else."""
    async with httpx.AsyncClient(trust_env=False) as client:
        yield client


async def begun(ada: Caller, size: int, name: str = "delta.txt") -> tuple[str, Answer]:
    """The id of a direct upload, and how it is cut."""
    made = await ada.do(
        "createDirectUpload",
        "upload { id status } partSize partCount",
        notebookId=await ada.notebook(),
        name=name,
        size=size,
        contentType="text/plain",
    )
    assert made["upload"]["status"] == "RECEIVING"
    return made["upload"]["id"], made


async def parts_of(caller: Caller, id: str, **more: object) -> list[Answer]:
    return (await caller.ask(PARTS, id=id, **more))["directUploadParts"]  # type: ignore[no-any-return]


async def brought(ada: Caller, outside: httpx.AsyncClient, id: str, data: bytes) -> list[dict[str, Any]]:
    """What each part of *data* is called, all of which are in the store now."""
    tags, at = [], 0
    for part in await parts_of(ada, id):
        size = int(part["size"])
        answer = await outside.put(part["url"], content=data[at : at + size])
        assert answer.status_code == 200, answer.text
        tags.append({"number": part["number"], "etag": answer.headers["etag"]})
        at += size
    assert at == len(data)
    return tags


@pytest.mark.parametrize("data", [SMALL, LARGE[:PART_LEAST], LARGE], ids=["small", "one part", "three parts"])
async def test_a_file_that_went_to_the_store_becomes_a_document(
    ada: Caller, store: DirectS3Blobs, outside: httpx.AsyncClient, data: bytes
) -> None:
    id, made = await begun(ada, len(data))
    digest = hashlib.sha256(data).hexdigest()
    assert made["partCount"] == -(-len(data) // PART_LEAST)

    tags = await brought(ada, outside, id, data)
    done = (await ada.do("completeDirectUpload", DONE, id=id, parts=tags, sha256=digest))["upload"]
    again = (await ada.do("completeDirectUpload", DONE, id=id, parts=tags))["upload"]

    assert done == again
    assert (done["status"], done["offset"], done["document"]["name"]) == (
        "COMPLETED",
        len(data),
        "delta.txt",
    )
    assert (done["document"]["fileHash"], done["document"]["fileSize"]) == (digest, len(data))
    assert await names(store) == [f"aether/{digest[:2]}/{digest[2:4]}/{digest}"]
    assert await parts_of(ada, id) == []


async def test_it_is_understood_and_fetched_from_the_store(
    ada: Caller, outside: httpx.AsyncClient, house: House, s3_port: int
) -> None:
    id, _ = await begun(ada, len(SMALL), 'Elbe "ü"; a=b.txt')
    tags = await brought(ada, outside, id, SMALL)
    done = (await ada.do("completeDirectUpload", DONE, id=id, parts=tags))["upload"]
    await run(house.opened.worker_ports, done["job"]["id"])

    sent = await ada.client.get(f"/documents/{done['document']['id']}/content")
    fetched = await outside.get(sent.headers["location"])

    assert (sent.status_code, sent.headers["cache-control"]) == (302, "private, no-store")
    assert sent.headers["location"].startswith(f"http://localhost:{s3_port}/files/aether/")
    assert fetched.content == SMALL
    assert fetched.headers["content-type"] == "text/plain"
    shown = fetched.headers["content-disposition"]
    assert shown == "attachment; filename*=UTF-8''Elbe%20%22%C3%BC%22%3B%20a%3Db.txt"


async def test_a_stranger_is_sent_nowhere(
    ada: Caller, eve: Caller, mallory: Caller, outside: httpx.AsyncClient
) -> None:
    id, _ = await begun(ada, len(SMALL))
    tags = await brought(ada, outside, id, SMALL)
    for stranger in (eve, mallory):
        assert await stranger.faults(PARTS, id=id) == ["UPLOAD_NOT_FOUND"]
        assert (await stranger.refused("completeDirectUpload", id=id, parts=tags))[0] == "UPLOAD_NOT_FOUND"
        assert (await stranger.refused("abortUpload", id=id))[0] == "UPLOAD_NOT_FOUND"
    done = (await ada.do("completeDirectUpload", DONE, id=id, parts=tags))["upload"]

    for stranger in (eve, mallory):
        answer = await stranger.client.get(f"/documents/{done['document']['id']}/content")
        assert (answer.status_code, "location" in answer.headers) == (404, False)


async def test_a_url_is_good_for_its_own_part_and_size_alone(ada: Caller, outside: httpx.AsyncClient) -> None:
    id, _ = await begun(ada, len(SMALL))
    (part,) = await parts_of(ada, id)

    longer = await outside.put(part["url"], content=SMALL + b"!")
    shorter = await outside.put(part["url"], content=SMALL[:-1])
    other = await outside.put(part["url"].replace("partNumber=1", "partNumber=2"), content=SMALL)
    elsewhere = await outside.put(part["url"].replace("/direct/", "/aa/"), content=SMALL)
    fetched = await outside.get(part["url"])

    assert [it.status_code for it in (longer, shorter, other, elsewhere, fetched)] == [403] * 5


async def test_urls_are_told_in_pages_and_end(ada: Caller) -> None:
    id, _ = await begun(ada, len(LARGE))

    first = await parts_of(ada, id, first=2)
    rest = await parts_of(ada, id, first=2, after=2)

    assert [(it["number"], it["size"]) for it in first + rest] == [
        (1, PART_LEAST),
        (2, PART_LEAST),
        (3, 12_345),
    ]
    assert await parts_of(ada, id, after=3) == []
    assert all("X-Amz-Expires=900" in it["url"] for it in first)
    assert await ada.faults(PARTS, id=id, first=1_001) == ["INVALID"]


@pytest.mark.parametrize("wrong", ["missing", "twice", "too many", "another tag", "nothing"])
async def test_parts_that_are_not_those_of_the_file_are_refused_and_the_right_ones_stay(
    ada: Caller, store: DirectS3Blobs, outside: httpx.AsyncClient, wrong: str
) -> None:
    id, _ = await begun(ada, len(LARGE))
    tags = await brought(ada, outside, id, LARGE)
    told = {
        "missing": tags[:2],
        "twice": [*tags, tags[0]],
        "too many": [*tags, {"number": 4, "etag": "x"}],
        "another tag": [tags[0], tags[1], {"number": 3, "etag": tags[0]["etag"]}],
        "nothing": [],
    }[wrong]

    assert (await ada.refused("completeDirectUpload", id=id, parts=told))[0] == "UPLOAD_PARTS_WRONG"
    done = await ada.do("completeDirectUpload", DONE, id=id, parts=tags)
    assert done["upload"]["document"]["fileSize"] == len(LARGE)
    assert len(await names(store)) == 1


async def test_a_part_that_never_came_is_missed_and_can_come_yet(
    ada: Caller, outside: httpx.AsyncClient
) -> None:
    id, _ = await begun(ada, len(LARGE))
    one, two, three = await parts_of(ada, id)
    tags = []
    for part, data in ((one, LARGE[:PART_LEAST]), (three, LARGE[2 * PART_LEAST :])):
        answer = await outside.put(part["url"], content=data)
        tags.append({"number": part["number"], "etag": answer.headers["etag"]})
    told = [*tags, {"number": 2, "etag": '"0123"'}]
    assert (await ada.refused("completeDirectUpload", id=id, parts=told))[0] == "UPLOAD_PARTS_WRONG"

    answer = await outside.put(two["url"], content=LARGE[PART_LEAST : 2 * PART_LEAST])
    tags.append({"number": 2, "etag": answer.headers["etag"]})

    done = await ada.do("completeDirectUpload", DONE, id=id, parts=tags)
    assert done["upload"]["document"]["fileHash"] == hashlib.sha256(LARGE).hexdigest()


async def test_other_bytes_than_were_announced_are_refused_and_leave_nothing(
    ada: Caller, store: DirectS3Blobs, outside: httpx.AsyncClient
) -> None:
    id, _ = await begun(ada, len(SMALL))
    tags = await brought(ada, outside, id, SMALL.replace(b"Elbe", b"Oder"))
    digest = hashlib.sha256(SMALL).hexdigest()

    refusal = await ada.refused("completeDirectUpload", id=id, parts=tags, sha256=digest)

    assert refusal[0] == "UPLOAD_CHECKSUM_WRONG"
    assert await names(store) == []
    query = "query ($id: ID!) { upload(id: $id) { status error { code } document { id } } }"
    shown = {"status": "FAILED", "error": {"code": "UPLOAD_CHECKSUM_WRONG"}, "document": None}
    assert (await ada.ask(query, id=id))["upload"] == shown
    assert (await ada.refused("completeDirectUpload", id=id, parts=tags))[0] == "UPLOAD_GONE"


async def test_a_store_that_takes_another_size_is_caught(
    store: DirectS3Blobs, outside: httpx.AsyncClient
) -> None:
    begun = await store.begin("upload_1")
    (part,) = await store.part_urls("upload_1", begun, {1: 5}, seconds=60)
    tag = (await outside.put(part.url, content=b"Rhine")).headers["etag"]
    cut = Cut(length=6, size=PART_LEAST)

    with pytest.raises(PartsWrong, match="has 5 bytes, and should have 6"):
        await store.assemble("upload_1", begun, {1: tag}, cut=cut)
    await store.assemble("upload_1", begun, {1: tag}, cut=Cut(length=5, size=PART_LEAST))
    with pytest.raises(PartsWrong, match="together they have 5 bytes"):
        await store.adopt("upload_1", length=6, sha256=None)


async def test_a_file_is_completed_once_however_many_ask(
    ada: Caller, store: DirectS3Blobs, outside: httpx.AsyncClient
) -> None:
    id, _ = await begun(ada, len(LARGE))
    tags = await brought(ada, outside, id, LARGE)

    answers = await asyncio.gather(
        *(ada.payload("completeDirectUpload", DONE, id=id, parts=tags) for _ in range(4))
    )

    done = [it["upload"]["document"]["id"] for it in answers if it["upload"]]
    assert done
    assert len(set(done)) == 1
    assert (await ada.do("completeDirectUpload", DONE, id=id, parts=tags))["upload"]["document"]
    assert len(await names(store)) == 1


async def test_a_crash_between_the_parts_and_the_document_loses_nothing(
    ada: Caller, store: DirectS3Blobs, outside: httpx.AsyncClient
) -> None:
    id, _ = await begun(ada, len(LARGE))
    tags = await brought(ada, outside, id, LARGE)
    (upload,) = (await store._client.list_multipart_uploads(Bucket="files"))["Uploads"]
    numbered = {it["number"]: it["etag"] for it in tags}
    await store.assemble(id, upload["UploadId"], numbered, cut=Cut.of(len(LARGE)))
    await store.adopt(id, length=len(LARGE), sha256=None)

    done = await ada.do("completeDirectUpload", DONE, id=id, parts=tags)

    assert done["upload"]["document"]["fileSize"] == len(LARGE)
    assert len(await names(store)) == 1


async def test_what_is_given_up_leaves_nothing_in_the_store(
    ada: Caller, store: DirectS3Blobs, outside: httpx.AsyncClient
) -> None:
    id, _ = await begun(ada, len(LARGE))
    tags = await brought(ada, outside, id, LARGE)
    assert len(await names(store)) == 1

    await ada.do("abortUpload", id=id)

    assert await names(store) == []
    assert await ada.faults(PARTS, id=id) == ["UPLOAD_GONE"]
    assert (await ada.refused("completeDirectUpload", id=id, parts=tags))[0] == "UPLOAD_GONE"


async def test_what_expires_leaves_nothing_in_the_store(
    ada: Caller, store: DirectS3Blobs, outside: httpx.AsyncClient, house: House
) -> None:
    id, _ = await begun(ada, len(SMALL))
    await brought(ada, outside, id, SMALL)
    receiver: Any = house.opened.receiver
    clock = receiver._moment

    def later() -> Any:
        at = clock()
        return replace(at, now=at.now + timedelta(hours=25))

    receiver._moment = later
    try:
        await receiver.sweep()
    finally:
        receiver._moment = clock

    assert await names(store) == []
    assert (await ada.ask("query ($id: ID!) { upload(id: $id) { id } }", id=id))["upload"] is None


async def test_what_a_crash_left_is_swept_when_no_upload_can_be_that_old(
    store: DirectS3Blobs, outside: httpx.AsyncClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    begun = await store.begin("upload_1")
    (part,) = await store.part_urls("upload_1", begun, {1: 5}, seconds=60)
    tag = (await outside.put(part.url, content=b"Rhine")).headers["etag"]
    await store.assemble("upload_1", begun, {1: tag}, cut=Cut(length=5, size=PART_LEAST))
    await store.begin("upload_2")

    monkeypatch.setattr(blobs, "LEFT_OVER", timedelta(days=-1))
    assert await store.sweep() == 0
    monkeypatch.setattr(direct, "LEFT_OVER", timedelta(hours=-2))
    assert await store.sweep() == 2
    assert await names(store) == []


async def test_what_cannot_begin_leaves_nothing_in_the_store(
    ada: Caller, eve: Caller, vera: Caller, store: DirectS3Blobs
) -> None:
    notebook = await ada.notebook()
    told = {"notebookId": notebook, "name": "a.txt", "size": 4}

    assert (await ada.refused("createDirectUpload", **{**told, "size": 0}))[0] == "FILE_EMPTY"
    large = {**told, "size": 3 * PART_LEAST + 1}
    assert (await ada.refused("createDirectUpload", **large))[0] == "FILE_TOO_LARGE"
    assert (await ada.refused("createDirectUpload", **{**told, "name": "/"}))[0] == "INVALID"
    assert (await eve.refused("createDirectUpload", **told))[0] == "NOTEBOOK_NOT_FOUND"
    assert (await vera.refused("createDirectUpload", **told))[0] == "ROLE_REQUIRED"
    assert await names(store) == []


async def test_the_other_doors_are_closed_to_it(ada: Caller) -> None:
    id, _ = await begun(ada, len(SMALL))
    headers = {"Tus-Resumable": "1.0.0", "Upload-Offset": "0"}
    type = {"Content-Type": "application/offset+octet-stream"}

    answer = await ada.client.patch(f"/uploads/{id}", content=SMALL, headers=headers | type)

    assert (answer.status_code, answer.json()["error"]["code"]) == (409, "UPLOAD_IS_DIRECT")
    other = (await ada.do("createUpload", "upload { id }", notebookId=await ada.notebook(), name="a"))[
        "upload"
    ]
    assert await ada.faults(PARTS, id=other["id"]) == ["UPLOAD_NOT_FOUND"]


async def test_there_are_no_direct_uploads_to_a_folder(
    engines: Engines, redis_url: str, beside: Beside, tmp_path: Path
) -> None:
    async with houses.serving(
        await engines.get("arcadedb"),
        redis_url=f"{redis_url.removesuffix('/0')}/8",
        beside=beside,
        folder=tmp_path,
    ) as plain:
        ada = plain.person("ada", of=houses.anywhere())
        told = {"notebookId": await ada.notebook(), "name": "a.txt", "size": 4}

        assert (await ada.refused("createDirectUpload", **told))[0] == "DIRECT_UPLOADS_OFF"
