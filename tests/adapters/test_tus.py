"""Resumable uploads by tus 1.0.0: every extension and refusal, over real stores and real sockets."""

# ruff: noqa: F811 - a test names the fixtures that it asks for

import asyncio
import base64
import contextlib
import hashlib
import itertools
import zlib
from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import google_crc32c
import httpx
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from starlette.applications import Starlette

from aether.adapters.http import files
from aether.adapters.http.auth import credential_of
from aether.adapters.http.tus import tus_routes
from aether.adapters.system import moment
from aether.domain import receiving, uploads
from aether.domain.admission import Doorkeeper
from aether.domain.blobs import PIECE
from aether.domain.errors import Unavailable
from aether.domain.jobs import JobId
from aether.domain.receiving import Receiver
from aether.domain.uploads import Limits, Upload, UploadId
from tests.graphql.conftest import (  # noqa: F401 - pytest finds them by their names
    ada,
    ben,
    beside,
    eve,
    here,
    house,
    mallory,
    nobody,
    pytest_generate_tests,
    vera,
)
from tests.graphql.house import PAGES, Caller, House
from tests.servers.waiting import until

TUS = {"Tus-Resumable": "1.0.0"}
BYTES = {**TUS, "Content-Type": "application/offset+octet-stream"}
DATA = b"".join(f"The river is {n} long. ".encode() for n in range(20_000))
NOWHERE = "upload_00000000000000000000000000"


def metadata(**told: str) -> str:
    return ",".join(f"{key} {base64.b64encode(value.encode()).decode()}" for key, value in told.items())


def refusal(answer: httpx.Response) -> tuple[int, str]:
    told = answer.json()
    assert told.keys() == {"error"}
    assert told["error"].keys() == {"code", "message"}
    assert answer.headers["tus-resumable"] == "1.0.0"
    return answer.status_code, told["error"]["code"]


async def post(caller: Caller, content: bytes = b"", /, **headers: str) -> httpx.Response:
    named = {name.replace("_", "-"): value for name, value in headers.items()}
    return await caller.client.post("/uploads", content=content, headers={**TUS, **named})


async def begin(
    caller: Caller, notebook: str, length: int | None, name: str = "elbe.txt", **more: str
) -> str:
    """The address of a new upload."""
    said = {"Upload_Defer_Length": "1"} if length is None else {"Upload_Length": str(length)}
    told = metadata(filename=name, filetype="text/plain", notebook=notebook)
    answer = await post(caller, **said, Upload_Metadata=told, **more)
    assert answer.status_code == 201, answer.text
    return answer.headers["location"]


async def patch(caller: Caller, at: str, offset: int, content: Any, **headers: str) -> httpx.Response:
    named = {name.replace("_", "-"): value for name, value in headers.items()}
    return await caller.client.patch(
        at, content=content, headers={**BYTES, "Upload-Offset": str(offset), **named}
    )


async def head(caller: Caller, at: str) -> httpx.Response:
    return await caller.client.head(at, headers=TUS)


async def kept(caller: Caller, answer: httpx.Response) -> bytes:
    """The bytes of the document that *answer* names."""
    got = await caller.client.get(f"/documents/{answer.headers['aether-document']}/content")
    assert got.status_code == 200
    return got.content


async def names(caller: Caller, notebook: str) -> list[str]:
    asked = "query ($id: ID!) { notebook(id: $id) { documents { edges { node { name } } } } }"
    found = await caller.ask(asked, id=notebook)
    return [edge["node"]["name"] for edge in found["notebook"]["documents"]["edges"]]


def staged(house: House) -> list[str]:
    """What lies in the staging."""
    folder = house.settings.data / "blobs" / "staging"
    return sorted(path.name for path in folder.rglob("*") if path.is_file())


def id_of(at: str) -> UploadId:
    return UploadId(at.rpartition("/")[2])


async def expiring(caller: Caller, at: str, *, before: datetime) -> list[Upload]:
    """The upload, as often as it is found among those that expire before then."""
    found = await caller.house.opened.graph.read(uploads.expired, before=before, limit=10_000)
    return [it for it in found if it.id == id_of(at)]


@contextlib.asynccontextmanager
async def connected(caller: Caller, at: str, offset: int, length: int) -> AsyncIterator[asyncio.StreamWriter]:
    """A connection on which a PATCH was begun, and no byte sent."""
    found = caller.house.settings
    reader, writer = await asyncio.open_connection(found.host, found.port)
    head = (
        f"PATCH {at} HTTP/1.1\r\nHost: x\r\nTus-Resumable: 1.0.0\r\nUpload-Offset: {offset}\r\n"
        f"Content-Type: application/offset+octet-stream\r\nContent-Length: {length}\r\n"
        f"Authorization: {caller.client.headers['authorization']}\r\n\r\n"
    )
    writer.write(head.encode())
    try:
        yield writer
    finally:
        writer.close()
        with contextlib.suppress(ConnectionError):
            await writer.wait_closed()
        assert reader is not None


def doors(caller: Caller, receiver: Receiver) -> Caller:
    """The same person at doors behind which *receiver* is."""
    found = [_doorkeeper_of(route) for route in caller.house.app.routes]
    doorkeeper = next(it for it in found if isinstance(it, Doorkeeper))
    routes = tus_routes(
        receiver, doorkeeper, show=lambda request, _: credential_of(request.headers, request.cookies)
    )
    return replace(caller.house, app=Starlette(routes=routes)).caller(**dict(caller.client.headers))


def _doorkeeper_of(route: Any) -> Any:
    return getattr(getattr(getattr(route, "endpoint", None), "__self__", None), "_doorkeeper", None)


def receiver_of(caller: Caller, **more: Any) -> Receiver:
    """A receiver over the same stores."""
    ours = caller.house.opened.receiver
    told: dict[str, Any] = {"moment": moment, "limits": ours.limits}
    return Receiver(ours._graph, ours._staging, ours._leases, **{**told, **more})


async def test_what_can_be_done_is_told_to_anybody(nobody: Caller, house: House) -> None:
    for path in ("/uploads", f"/uploads/{NOWHERE}"):
        answer = await nobody.client.options(path)

        assert answer.status_code == 204
        assert answer.headers["tus-version"] == answer.headers["tus-resumable"] == "1.0.0"
        assert set(answer.headers["tus-extension"].split(",")) == {
            "creation",
            "creation-with-upload",
            "creation-defer-length",
            "checksum",
            "expiration",
            "termination",
            "concatenation",
        }
        assert answer.headers["tus-max-size"] == str(house.settings.max_upload_bytes)
        assert answer.headers["tus-checksum-algorithm"] == "sha256,sha1,crc32,crc32c"


async def test_a_file_comes_in_pieces_and_becomes_a_document(house: House, ada: Caller) -> None:
    notebook = await ada.notebook()
    at = await begin(ada, notebook, len(DATA), "Müritz und Elbe.txt")

    first = await patch(ada, at, 0, DATA[:100_000])
    between = await head(ada, at)
    last = await patch(ada, at, 100_000, DATA[100_000:])

    assert (first.status_code, first.headers["upload-offset"]) == (204, "100000")
    assert "aether-document" not in first.headers
    assert (between.status_code, between.headers["upload-offset"]) == (200, "100000")
    assert between.headers["upload-length"] == str(len(DATA))
    assert between.headers["cache-control"] == "no-store"
    assert between.headers["upload-metadata"].startswith("filename ")
    assert between.headers["upload-expires"].endswith(" GMT")
    assert (last.status_code, last.headers["upload-offset"]) == (204, str(len(DATA)))
    assert last.headers["aether-job"].startswith("job_")
    assert await kept(ada, last) == DATA
    assert await names(ada, notebook) == ["Müritz und Elbe.txt"]
    assert id_of(at) not in staged(house)
    again = await head(ada, at)
    assert again.headers["aether-document"] == last.headers["aether-document"]
    assert again.headers["upload-offset"] == str(len(DATA))
    assert "upload-expires" not in again.headers


async def test_the_bytes_of_a_new_upload_can_come_with_it(ada: Caller) -> None:
    notebook = await ada.notebook()
    told = {"Upload_Metadata": metadata(filename="a.txt", notebook=notebook), **BYTES}

    some = await post(ada, DATA[:10], Upload_Length=str(len(DATA)), **told)
    whole = await post(ada, DATA, Upload_Length=str(len(DATA)), **told)

    assert (some.status_code, some.headers["upload-offset"]) == (201, "10")
    assert (whole.status_code, whole.headers["upload-offset"]) == (201, str(len(DATA)))
    assert await kept(ada, whole) == DATA
    rest = await patch(ada, some.headers["location"], 10, DATA[10:])
    assert await kept(ada, rest) == DATA


async def test_the_length_can_be_told_with_the_last_bytes(ada: Caller) -> None:
    at = await begin(ada, await ada.notebook(), None)

    await patch(ada, at, 0, DATA[:1000])
    before = await head(ada, at)
    last = await patch(ada, at, 1000, DATA[1000:2000], Upload_Length="2000")

    assert before.headers["upload-defer-length"] == "1"
    assert "upload-length" not in before.headers
    assert await kept(ada, last) == DATA[:2000]


async def test_a_length_that_was_told_stays(ada: Caller) -> None:
    notebook = await ada.notebook()
    told, deferred = await begin(ada, notebook, 10), await begin(ada, notebook, None)
    await patch(ada, deferred, 0, DATA[:100])

    assert refusal(await patch(ada, told, 0, b"a", Upload_Length="11")) == (400, "UPLOAD_LENGTH_WRONG")
    assert refusal(await patch(ada, deferred, 100, b"", Upload_Length="99")) == (400, "UPLOAD_LENGTH_WRONG")
    much = await patch(ada, deferred, 100, b"", Upload_Length=str(10**12))
    assert refusal(much) == (413, "FILE_TOO_LARGE")
    done = await patch(ada, deferred, 100, b"", Upload_Length="100")
    assert await kept(ada, done) == DATA[:100]


@pytest.mark.parametrize("algorithm", ["sha256", "sha1", "crc32", "crc32c"])
async def test_bytes_that_are_not_those_of_the_checksum_are_not_kept(
    house: House, ada: Caller, algorithm: str
) -> None:
    at = await begin(ada, await ada.notebook(), len(DATA))
    cut = 300_000

    def of(data: bytes) -> str:
        crcs = {"crc32": zlib.crc32, "crc32c": google_crc32c.value}
        crc = crcs[algorithm](data).to_bytes(4, "big") if algorithm in crcs else None
        digest = crc or hashlib.new(algorithm, data).digest()
        return f"{algorithm} {base64.b64encode(digest).decode()}"

    good = await patch(ada, at, 0, DATA[:cut], Upload_Checksum=of(DATA[:cut]))
    bad = await patch(ada, at, cut, DATA[cut:], Upload_Checksum=of(DATA))
    between = await head(ada, at)
    last = await patch(ada, at, cut, DATA[cut:], Upload_Checksum=of(DATA[cut:]))

    assert good.headers["upload-offset"] == str(cut)
    assert refusal(bad) == (460, "UPLOAD_CHECKSUM_WRONG")
    assert between.headers["upload-offset"] == str(cut)
    assert await kept(ada, last) == DATA
    assert [name for name in staged(house) if not name.startswith("upload_")] == []


@pytest.mark.parametrize("said", ["md5 AAAA", "sha1", "sha1 AAAA", "sha1 ???", ""])
async def test_a_checksum_that_is_none_is_refused_before_the_first_byte(ada: Caller, said: str) -> None:
    at = await begin(ada, await ada.notebook(), 10)

    assert (await patch(ada, at, 0, b"a", Upload_Checksum=said)).status_code == 400
    assert (await head(ada, at)).headers["upload-offset"] == "0"


@pytest.mark.parametrize("offset", [0, 5, 11, 10**15])
async def test_a_wrong_offset_is_told_the_right_one(ada: Caller, offset: int) -> None:
    at = await begin(ada, await ada.notebook(), 20)
    await patch(ada, at, 0, DATA[:10])

    answer = await patch(ada, at, offset, DATA[10:20])

    assert refusal(answer) == (409, "UPLOAD_OFFSET_WRONG")
    assert answer.headers["upload-offset"] == "10"
    assert (await head(ada, at)).headers["upload-offset"] == "10"


async def test_more_bytes_than_announced_are_refused(ada: Caller) -> None:
    at = await begin(ada, await ada.notebook(), 10)

    async def unannounced() -> AsyncIterator[bytes]:
        yield DATA[:11]

    assert refusal(await patch(ada, at, 0, DATA[:11])) == (413, "UPLOAD_OVERRUN")
    assert refusal(await patch(ada, at, 0, unannounced())) == (413, "UPLOAD_OVERRUN")
    assert (await head(ada, at)).headers["upload-offset"] == "0"


async def test_a_refusal_is_heard_while_much_is_still_on_its_way(house: House, ada: Caller) -> None:
    at = await begin(ada, await ada.notebook(), 10)

    async with httpx.AsyncClient(base_url=house.settings.origin, trust_env=False) as client:
        headers = {**BYTES, "Upload-Offset": "0", "Authorization": ada.client.headers["authorization"]}
        answer = await client.patch(at, content=bytes(20_000_000), headers=headers)

    assert refusal(answer) == (413, "UPLOAD_OVERRUN")


async def test_what_is_too_large_is_refused_before_the_first_byte(ada: Caller) -> None:
    small = Limits(most=1000, lasts=timedelta(hours=1))
    person = doors(ada, receiver_of(ada, limits=small))
    notebook = await ada.notebook()
    told = metadata(filename="a.txt", notebook=notebook)

    refused = await post(person, Upload_Length="1001", Upload_Metadata=told)
    at = await begin(person, notebook, None)
    announced = await patch(person, at, 0, bytes(1001))

    async def unannounced() -> AsyncIterator[bytes]:
        yield bytes(600)
        yield bytes(600)

    assert refusal(refused) == refusal(announced) == (413, "FILE_TOO_LARGE")
    assert refusal(await patch(person, at, 0, unannounced())) == (413, "FILE_TOO_LARGE")
    assert (await person.client.options("/uploads")).headers["tus-max-size"] == "1000"
    parts = [await begun_part(person, bytes(600)) for _ in range(2)]
    joined = await post(person, Upload_Concat=f"final;{' '.join(parts)}", Upload_Metadata=told)
    assert refusal(joined) == (413, "FILE_TOO_LARGE")


async def test_an_empty_file_is_refused(ada: Caller) -> None:
    notebook = await ada.notebook()
    told = metadata(filename="a.txt", notebook=notebook)

    assert refusal(await post(ada, Upload_Length="0", Upload_Metadata=told)) == (400, "FILE_EMPTY")
    at = await begin(ada, notebook, None)
    assert refusal(await patch(ada, at, 0, b"", Upload_Length="0")) == (400, "FILE_EMPTY")


@pytest.mark.parametrize(
    ("headers", "status"),
    [
        ({}, 400),
        ({"Upload_Length": "-1"}, 400),
        ({"Upload_Length": "many"}, 400),
        ({"Upload_Length": "1" * 30}, 400),
        ({"Upload_Defer_Length": "2"}, 400),
        ({"Upload_Length": "5", "Upload_Defer_Length": "1"}, 400),
        ({"Upload_Length": "5", "Upload_Metadata": "filename"}, 400),
        ({"Upload_Length": "5", "Upload_Metadata": "filename ????"}, 400),
        ({"Upload_Length": "5", "Upload_Metadata": "filename /w=="}, 400),
        ({"Upload_Length": "5", "Upload_Metadata": metadata(filename="a") + ",filename YQ=="}, 400),
        ({"Upload_Length": "5", "Upload_Metadata": metadata(filename="a", pad="x" * 9000)}, 400),
        ({"Upload_Length": "5", "Upload_Concat": "half"}, 400),
        ({"Upload_Length": "5", "Upload_Concat": f"final;/uploads/{NOWHERE}"}, 400),
        ({"Upload_Concat": "final;"}, 400),
        ({"Upload_Concat": "final;https://evil.example/etc/passwd"}, 404),
        ({"Upload_Concat": f"final;/uploads/{NOWHERE}"}, 404),
        ({"Upload_Length": "5", "Tus_Resumable": "0.2.2"}, 412),
    ],
)
async def test_what_is_no_beginning_is_refused(ada: Caller, headers: dict[str, str], status: int) -> None:
    told = {"Upload_Metadata": metadata(filename="a.txt", notebook=await ada.notebook()), **headers}

    answer = await post(ada, **told)

    assert answer.status_code == status
    assert refusal(answer)[1]


async def test_other_versions_and_methods_and_types_are_told_what_is_known(ada: Caller) -> None:
    at = await begin(ada, await ada.notebook(), 5)

    old = await ada.client.head(at, headers={"Tus-Resumable": "0.2.2"})
    none = await ada.client.head(at)
    got = await ada.client.post(at, headers={**TUS, "X-HTTP-Method-Override": "PUT"})
    typed = await ada.client.patch(at, content=b"a", headers={**TUS, "Upload-Offset": "0"})

    assert old.status_code == none.status_code == 412
    assert old.headers["tus-version"] == "1.0.0"
    assert refusal(got) == (405, "METHOD_NOT_ALLOWED")
    assert refusal(typed) == (415, "CONTENT_TYPE_WRONG")
    missing = await ada.client.patch(at, content=b"a", headers=BYTES)
    assert missing.status_code == 400
    assert "Upload-Offset" in missing.json()["error"]["message"]


async def test_who_can_only_post_says_the_method_in_a_header(ada: Caller) -> None:
    notebook = await ada.notebook()
    at, other = await begin(ada, notebook, 5), await begin(ada, notebook, 5)

    async def say(method: str, at: str, content: bytes = b"", **headers: str) -> httpx.Response:
        said = {**TUS, "X-HTTP-Method-Override": method, **headers}
        return await ada.client.post(at, content=content, headers=said)

    await say("PATCH", at, b"El", **{**BYTES, "Upload-Offset": "0"})
    looked = await say("HEAD", at)
    last = await say("patch", at, b"be.", **{**BYTES, "Upload-Offset": "2"})

    assert looked.headers["upload-offset"] == "2"
    assert await kept(ada, last) == b"Elbe."
    looked = await ada.client.head(other, headers={**TUS, "X-HTTP-Method-Override": "DELETE"})
    assert looked.status_code == 200
    assert (await say("DELETE", other)).status_code == 204
    assert (await head(ada, other)).status_code == 410


async def test_an_upload_that_was_aborted_is_gone_with_its_bytes(house: House, ada: Caller) -> None:
    at = await begin(ada, await ada.notebook(), 10)
    await patch(ada, at, 0, b"Elbe")
    assert id_of(at) in staged(house)

    answer = await ada.client.delete(at, headers=TUS)

    assert answer.status_code == 204
    assert id_of(at) not in staged(house)
    assert (await head(ada, at)).status_code == 410
    assert refusal(await patch(ada, at, 0, b"Elbe")) == (410, "UPLOAD_GONE")
    assert refusal(await ada.client.delete(at, headers=TUS)) == (410, "UPLOAD_GONE")


async def test_what_is_a_document_already_is_not_aborted(ada: Caller) -> None:
    at = await begin(ada, notebook := await ada.notebook(), 4)
    await patch(ada, at, 0, b"Elbe")

    assert refusal(await ada.client.delete(at, headers=TUS)) == (409, "UPLOAD_COMPLETE")
    assert await names(ada, notebook) == ["elbe.txt"]


async def test_an_upload_of_somebody_else_is_as_good_as_none(
    ada: Caller, ben: Caller, eve: Caller, mallory: Caller, nobody: Caller
) -> None:
    notebook = await ada.notebook()
    await ada.share(notebook, ben, "ADMIN")
    at = await begin(ada, notebook, 10)
    await patch(ada, at, 0, b"Elbe")

    for stranger in (ben, eve, mallory):
        for there, id in ((at, id_of(at)), (f"/uploads/{NOWHERE}", NOWHERE)):
            told = await patch(stranger, there, 4, b"x")
            assert refusal(told) == (404, "UPLOAD_NOT_FOUND")
            assert told.json()["error"]["message"] == f"There is no upload {id}."
            assert (await head(stranger, there)).status_code == 404
            assert (await stranger.client.delete(there, headers=TUS)).status_code == 404
    assert refusal(await patch(nobody, at, 4, b"x")) == (401, "UNAUTHENTICATED")
    assert (await head(nobody, at)).status_code == 401
    assert (await head(ada, at)).headers["upload-offset"] == "4"


async def test_who_may_not_write_brings_nothing(ada: Caller, ben: Caller, eve: Caller, vera: Caller) -> None:
    notebook = await ada.notebook()
    await ada.share(notebook, ben)
    await ada.share(notebook, vera, "WRITE")
    told = {"Upload_Length": "5", "Upload_Metadata": metadata(filename="a.txt", notebook=notebook)}

    assert refusal(await post(ben, **told)) == (403, "PERMISSION_REQUIRED")
    assert refusal(await post(vera, **told)) == (403, "ROLE_REQUIRED")
    assert refusal(await post(eve, **told)) == (404, "NOTEBOOK_NOT_FOUND")
    assert refusal(await post(vera, Upload_Length="5", Upload_Concat="partial")) == (403, "ROLE_REQUIRED")
    assert (await post(ada, Upload_Length="5")).status_code == 400
    await ada.do("archiveNotebook", id=notebook)
    assert refusal(await post(ada, **told)) == (409, "NOTEBOOK_ARCHIVED")


async def test_who_may_no_longer_write_brings_nothing_more(ada: Caller, ben: Caller) -> None:
    notebook = await ada.notebook()
    await ada.share(notebook, ben, "WRITE")
    at = await begin(ben, notebook, 8)
    await patch(ben, at, 0, b"Elbe")
    await ada.do("revokeCollaboration", id=notebook, userId=await ben.id())

    assert refusal(await patch(ben, at, 4, b"Elbe")) == (404, "NOTEBOOK_NOT_FOUND")
    assert await names(ada, notebook) == []


async def test_bytes_of_a_connection_that_broke_are_kept(house: House, ada: Caller) -> None:
    at = await begin(ada, await ada.notebook(), len(DATA))

    async with connected(ada, at, 0, len(DATA)) as writer:
        writer.write(DATA[:200_001])
        await writer.drain()
        await until(lambda: _size(house, at) >= 3 * PIECE)
    await until(lambda: _size(house, at) == 200_001)
    answer = await head(ada, at)

    assert answer.headers["upload-offset"] == "200001"
    last = await until_free(ada, at, 200_001, DATA[200_001:])
    assert await kept(ada, last) == DATA


def _size(house: House, at: str) -> int:
    path = house.settings.data / "blobs" / "staging" / id_of(at)
    return path.stat().st_size if path.exists() else 0


async def until_free(caller: Caller, at: str, offset: int, data: bytes) -> httpx.Response:
    """The answer to these bytes as soon as nobody else brings any, as a client would wait."""
    while (answer := await patch(caller, at, offset, data)).status_code == 423:
        assert answer.headers["retry-after"].isdecimal()
        await asyncio.sleep(0.05)
    return answer


async def test_while_bytes_come_nobody_else_brings_any(house: House, ada: Caller) -> None:
    at = await begin(ada, await ada.notebook(), len(DATA))

    async with connected(ada, at, 0, len(DATA)) as writer:
        writer.write(DATA[:PIECE])
        await writer.drain()
        await until(lambda: _size(house, at) == PIECE)
        busy = await patch(ada, at, PIECE, DATA[PIECE:])
        looked = await head(ada, at)

    assert refusal(busy) == (423, "UPLOAD_BUSY")
    assert int(busy.headers["retry-after"]) == 5
    assert looked.headers["upload-offset"] == str(PIECE)
    assert await kept(ada, await until_free(ada, at, PIECE, DATA[PIECE:])) == DATA


async def test_who_is_silent_for_too_long_loses_the_turn_and_never_mixes_bytes(
    house: House, ada: Caller
) -> None:
    at = await begin(ada, await ada.notebook(), len(DATA))

    async with connected(ada, at, 0, len(DATA)) as writer:
        writer.write(DATA[:PIECE])
        await writer.drain()
        await until(lambda: _size(house, at) == PIECE)
        await house.opened.redis.delete(f"aether:lease:{id_of(at)}")
        last = await patch(ada, at, PIECE, DATA[PIECE:])
        with contextlib.suppress(ConnectionError):
            writer.write(b"x" * PIECE)
            await writer.drain()

    assert last.status_code == 204
    assert await kept(ada, last) == DATA


async def test_a_slow_writer_hears_that_somebody_else_goes_on(
    house: House, ada: Caller, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(receiving, "TURN_S", 0.03)
    at = await begin(ada, await ada.notebook(), len(DATA))
    leases = house.opened.leases

    async def slow() -> AsyncIterator[bytes]:
        yield DATA[:PIECE]
        await until(lambda: _size(house, at) == PIECE)
        while not await leases.take(JobId(id_of(at)), 1, seconds=60):
            await asyncio.sleep(0.01)
        yield DATA[PIECE : 2 * PIECE]
        yield DATA[2 * PIECE :]

    async with httpx.AsyncClient(base_url=house.settings.origin, trust_env=False) as client:
        headers = {**BYTES, "Upload-Offset": "0", "Authorization": ada.client.headers["authorization"]}
        answer = await client.patch(at, content=slow(), headers=headers)

    assert refusal(answer) == (409, "UPLOAD_TAKEN")
    assert (await head(ada, at)).headers["upload-offset"] == str(PIECE)


async def test_two_who_bring_the_same_bytes_at_once_make_one_document(ada: Caller) -> None:
    notebook = await ada.notebook()
    at = await begin(ada, notebook, len(DATA))

    answers = await asyncio.gather(*(patch(ada, at, 0, DATA) for _ in range(6)))

    assert 204 in {it.status_code for it in answers}
    assert {it.status_code for it in answers} <= {204, 409, 423}
    assert await names(ada, notebook) == ["elbe.txt"]
    assert await kept(ada, await head(ada, at)) == DATA


async def test_without_redis_bytes_come_all_the_same_and_in_order(ada: Caller) -> None:
    class Away:
        async def take(self, *_: Any, **__: Any) -> bool:
            raise Unavailable("Away.")

        release = held = take

    receiver = receiver_of(ada)
    receiver._leases = Away()  # type: ignore[assignment]
    person, notebook = doors(ada, receiver), await ada.notebook()
    at = await begin(person, notebook, len(DATA))

    answers = await asyncio.gather(*(patch(person, at, 0, DATA) for _ in range(4)))

    assert {it.status_code for it in answers} <= {204, 409}
    assert await kept(ada, await head(person, at)) == DATA
    assert await names(ada, notebook) == ["elbe.txt"]


async def test_who_stands_still_is_given_up_and_keeps_what_came(
    house: House, ada: Caller, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(files, "SILENCE_S", 0.2)
    at = await begin(ada, await ada.notebook(), 100)

    async def stalling() -> AsyncIterator[bytes]:
        yield b"The Elbe"
        await asyncio.sleep(1)

    async with httpx.AsyncClient(base_url=house.settings.origin, trust_env=False) as client:
        headers = {**BYTES, "Upload-Offset": "0", "Authorization": ada.client.headers["authorization"]}
        answer = await client.patch(at, content=stalling(), headers=headers)

    assert refusal(answer) == (503, "UPLOAD_STALLED")
    assert (await head(ada, at)).headers["upload-offset"] == "8"


class Failing:
    """A graph that goes away once, when an upload is to become a document."""

    def __init__(self, graph: Any, *, after: bool, left: list[int]) -> None:
        self._graph, self._after, self._left = graph, after, left

    def within(self, tenant: Any) -> "Failing":
        return Failing(self._graph.within(tenant), after=self._after, left=self._left)

    async def read(self, *args: Any, **kwargs: Any) -> Any:
        return await self._graph.read(*args, **kwargs)

    async def write(self, use_case: Any, *args: Any, **kwargs: Any) -> Any:
        fails = use_case is uploads.complete and self._left[0] > 0
        if fails:
            self._left[0] -= 1
        if fails and not self._after:
            raise Unavailable("The graph is away.")
        done = await self._graph.write(use_case, *args, **kwargs)
        if fails:
            raise Unavailable("The graph is away.")
        return done


@pytest.mark.parametrize("after", [False, True], ids=["before the commit", "after the commit"])
@pytest.mark.parametrize("by", ["HEAD", "PATCH", "join"])
async def test_what_a_crash_left_between_bytes_and_document_is_finished_once(
    house: House, ada: Caller, *, after: bool, by: str
) -> None:
    receiver = receiver_of(ada)
    receiver._graph = Failing(receiver._graph, after=after, left=[1])  # type: ignore[assignment]
    person, notebook = doors(ada, receiver), await ada.notebook()
    told = metadata(filename="elbe.txt", notebook=notebook)
    at, parts = "", []
    if by == "join":
        parts = [await begun_part(ada, DATA[:9]), await begun_part(ada, DATA[9:])]
        headers = {"Upload_Concat": f"final;{' '.join(parts)}", "Upload_Metadata": told}
        assert (await post(person, **headers)).status_code == 503
        again = await post(person, **headers)
    else:
        at = await begin(person, notebook, len(DATA))
        assert (await patch(person, at, 0, DATA)).status_code == 503
        again = await (head(person, at) if by == "HEAD" else patch(person, at, len(DATA), b""))

    assert again.status_code in {200, 201, 204}
    assert await kept(ada, again) == DATA
    assert await names(ada, notebook) == ["elbe.txt"]
    third = await head(ada, again.headers.get("location") or at)
    assert third.headers["aether-document"] == again.headers["aether-document"]
    assert not {id_of(third.request.url.path), *map(id_of, parts)} & set(staged(house))


async def test_a_notebook_that_takes_nothing_any_more_is_no_success_and_may_open_again(ada: Caller) -> None:
    receiver = receiver_of(ada)
    receiver._graph = Failing(receiver._graph, after=False, left=[1])  # type: ignore[assignment]
    person, notebook = doors(ada, receiver), await ada.notebook()
    at = await begin(person, notebook, len(DATA))
    assert (await patch(person, at, 0, DATA)).status_code == 503
    await ada.do("archiveNotebook", id=notebook)

    refused = await head(ada, at)
    await ada.do("archiveNotebook", id=notebook, archived=False)
    done = await head(ada, at)

    assert refused.status_code == 409
    assert done.status_code == 200
    assert await kept(ada, done) == DATA


async def begun_part(caller: Caller, data: bytes) -> str:
    """The address of a part that is complete, with nothing said of it, as clients do."""
    answer = await post(caller, data, Upload_Length=str(len(data)), Upload_Concat="partial", **BYTES)
    assert answer.status_code == 201, answer.text
    assert "aether-document" not in answer.headers
    return answer.headers["location"]


async def test_parts_that_come_beside_each_other_are_put_together(house: House, ada: Caller) -> None:
    notebook, cuts = await ada.notebook(), [0, 100_000, 250_001, len(DATA)]
    parts = await asyncio.gather(*(begun_part(ada, DATA[a:b]) for a, b in itertools.pairwise(cuts)))
    part = await head(ada, parts[0])
    told = metadata(filename="elbe.txt", notebook=notebook)
    absolute = " ".join(f"{house.settings.origin}{part}" for part in parts)

    final = await post(ada, Upload_Concat=f"final;{absolute}", Upload_Metadata=told)
    again = await post(ada, Upload_Concat=f"final;{' '.join(parts)}", Upload_Metadata=told)

    assert part.headers["upload-concat"] == "partial"
    assert (final.status_code, final.headers["upload-offset"]) == (201, str(len(DATA)))
    assert again.headers["location"] == final.headers["location"]
    assert again.headers["aether-document"] == final.headers["aether-document"]
    assert await kept(ada, final) == DATA
    assert await names(ada, notebook) == ["elbe.txt"]
    looked = await head(ada, final.headers["location"])
    assert looked.headers["upload-concat"] == f"final;{' '.join(parts)}"
    assert looked.headers["upload-length"] == str(len(DATA))
    assert (await head(ada, parts[0])).status_code == 404
    refused = await patch(ada, final.headers["location"], len(DATA), b"x")
    assert refusal(refused) == (403, "UPLOAD_IS_FINAL")
    assert not {id_of(at) for at in (*parts, final.headers["location"])} & set(staged(house))


async def test_only_ones_own_parts_that_are_complete_are_put_together(ada: Caller, eve: Caller) -> None:
    told = metadata(filename="elbe.txt", notebook=await ada.notebook())
    whole = await begun_part(ada, b"Elbe")
    begun = (await post(ada, Upload_Length="9", Upload_Concat="partial")).headers["location"]
    plain = await begin(ada, await ada.notebook(), 5)
    foreign = await begun_part(eve, b"Spree")

    async def put_together(*parts: str) -> tuple[int, str]:
        return refusal(await post(ada, Upload_Concat=f"final;{' '.join(parts)}", Upload_Metadata=told))

    assert await put_together(whole, begun) == (409, "UPLOAD_PART_UNFINISHED")
    assert await put_together(whole, plain) == (404, "UPLOAD_NOT_FOUND")
    assert await put_together(whole, foreign) == (404, "UPLOAD_NOT_FOUND")
    await ada.client.delete(begun, headers=TUS)
    assert await put_together(whole, begun) == (410, "UPLOAD_GONE")
    assert (await head(ada, whole)).headers["upload-offset"] == "4"


async def test_what_nobody_finishes_expires_and_is_forgotten(house: House, ada: Caller) -> None:
    notebook = await ada.notebook()
    long_ago = replace(moment(), now=moment().now - timedelta(days=2))
    at = await begin(doors(ada, receiver_of(ada, moment=lambda: long_ago)), notebook, 10)
    living = await begin(ada, notebook, 10)
    path = house.settings.data / "blobs" / "staging" / id_of(at)
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(b"Elbe")

    assert (await head(ada, at)).status_code == 410
    assert refusal(await patch(ada, at, 4, b"Elbe")) == (410, "UPLOAD_GONE")
    assert await house.opened.receiver.sweep() >= 1

    assert not path.exists()
    assert (await head(ada, at)).status_code == 404
    assert (await head(ada, living)).status_code == 200


async def test_what_goes_on_does_not_expire(ada: Caller) -> None:
    at = await begin(ada, await ada.notebook(), 10)
    ever = datetime(9000, 1, 1, tzinfo=UTC)
    (began,) = await expiring(ada, at, before=ever)
    lasts = began.expires_at - began.created_at
    later = receiver_of(ada, moment=lambda: replace(moment(), now=moment().now + 0.6 * lasts))

    await patch(ada, at, 0, b"El")
    assert await expiring(ada, at, before=ever) == [began]
    await patch(doors(ada, later), at, 2, b"be")

    (went_on,) = await expiring(ada, at, before=ever)
    assert went_on.expires_at > began.expires_at
    assert await expiring(ada, at, before=began.expires_at + timedelta(seconds=1)) == []


async def test_a_person_has_so_many_unfinished_uploads_and_no_more(
    ada: Caller, eve: Caller, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("aether.domain.uploads.keeping.OPEN_MOST", 2)
    notebook = await ada.notebook()
    told = {"Upload_Length": "5", "Upload_Metadata": metadata(filename="a.txt", notebook=notebook)}
    first, _ = await begin(ada, notebook, 4), await begin(ada, notebook, 4)

    assert refusal(await post(ada, **told)) == (400, "TOO_MANY_UPLOADS")
    assert (await post(eve, Upload_Length="5", Upload_Concat="partial")).status_code == 201
    await patch(ada, first, 0, b"Elbe")
    assert (await post(ada, **told)).status_code == 201


@pytest.mark.parametrize(
    ("name", "shown"),
    [("../../etc/passwd", "passwd"), ("C:\\a\\elbe.txt", "elbe.txt"), ("水 🌊.txt", "水 🌊.txt")],
)
async def test_a_name_is_kept_without_its_folders(ada: Caller, name: str, shown: str) -> None:
    at = await begin(ada, notebook := await ada.notebook(), 4, name)
    await patch(ada, at, 0, b"Elbe")

    assert await names(ada, notebook) == [shown]


@pytest.mark.parametrize("name", ["..", "a\x00.txt", "gpj.\u202etxt.exe", "a" * 256])
async def test_a_name_that_deceives_is_refused_before_the_first_byte(ada: Caller, name: str) -> None:
    told = metadata(filename=name, notebook=await ada.notebook())

    assert refusal(await post(ada, Upload_Length="5", Upload_Metadata=told))[0] == 400


async def test_pages_elsewhere_may_send_and_read_what_the_protocol_takes(ada: Caller) -> None:
    asked = "tus-resumable,upload-offset,upload-length,upload-metadata,upload-concat,upload-checksum"
    for method in ("POST", "PATCH", "HEAD", "DELETE"):
        preflight = await ada.client.options(
            f"/uploads/{NOWHERE}",
            headers={
                "Origin": PAGES,
                "Access-Control-Request-Method": method,
                "Access-Control-Request-Headers": f"{asked},authorization,x-http-method-override",
            },
        )
        assert preflight.status_code == 200, preflight.text
        assert preflight.headers["access-control-allow-origin"] == PAGES

    at = await begin(ada, await ada.notebook(), 4)
    answer = await patch(ada, at, 0, b"Elbe", Origin=PAGES)

    exposed = {it.strip().lower() for it in answer.headers["access-control-expose-headers"].split(",")}
    assert {"location", "upload-offset", "upload-length", "tus-resumable", "aether-document"} <= exposed
    foreign = await ada.client.options(
        at, headers={"Origin": "https://evil.example", "Access-Control-Request-Method": "PATCH"}
    )
    assert foreign.status_code == 400


STEPS = st.lists(
    st.tuples(
        st.sampled_from(["send", "send", "send", "abort", "twice", "ahead", "behind", "checked", "damaged"]),
        st.integers(1, 90_000),
    ),
    max_size=12,
)


@given(steps=STEPS, length=st.integers(1, 250_000))
@settings(
    max_examples=25,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
    derandomize=True,
)
async def test_however_bytes_are_cut_broken_off_and_repeated_the_document_is_the_same(
    ada: Caller, steps: list[tuple[str, int]], length: int
) -> None:
    data, offset = DATA[:length], 0
    at = await begin(ada, await ada.notebook(), length)
    for step, size in [*steps, ("send", length)]:
        piece = data[offset : offset + size]
        if not piece:
            break
        offset = await taken(ada, at, step, offset, piece)
        assert (await head(ada, at)).headers["upload-offset"] == str(offset)

    assert await kept(ada, await head(ada, at)) == data


async def taken(caller: Caller, at: str, step: str, offset: int, piece: bytes) -> int:
    """How many bytes are kept after *step*."""
    good = base64.b64encode(hashlib.sha1(piece).digest()).decode()
    bad = base64.b64encode(hashlib.sha1(piece + b"!").digest()).decode()
    match step:
        case "abort":
            cut = len(piece) // 2

            async def torn() -> AsyncIterator[bytes]:
                yield piece[:cut]
                raise ConnectionResetError

            with contextlib.suppress(ConnectionResetError):
                await patch(caller, at, offset, torn())
            return offset + cut
        case "ahead" | "behind":
            wrong = offset + 1 if step == "ahead" else offset - 1
            answer = await patch(caller, at, max(0, wrong), piece)
            if wrong == -1:
                return int(answer.headers["upload-offset"])
            assert answer.status_code == 409
            return offset
        case "damaged":
            assert (await patch(caller, at, offset, piece, Upload_Checksum=f"sha1 {bad}")).status_code == 460
            return offset
        case "checked":
            answer = await patch(caller, at, offset, piece, Upload_Checksum=f"sha1 {good}")
        case _:
            answer = await patch(caller, at, offset, piece)
    assert answer.status_code == 204
    if step == "twice":
        assert (await patch(caller, at, offset, piece)).status_code == 409
    return offset + len(piece)
