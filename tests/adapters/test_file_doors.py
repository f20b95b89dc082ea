"""Files in and out, over real stores."""

# ruff: noqa: F811 - a test names the fixtures that it asks for

import asyncio
import hashlib
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import httpx
import pytest
from starlette.applications import Starlette
from typing_extensions import override

from aether.adapters.folder.blobs import FolderBlobs
from aether.adapters.http import files
from aether.adapters.http.auth import credential_of
from aether.adapters.redis.sessions import RedisSessions
from aether.adapters.system import moment
from aether.domain.admission import Doorkeeper
from aether.domain.blobs import Blob, Blobs, StoreFull
from tests import make_files
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
from tests.graphql.house import Caller, House
from tests.servers.waiting import until

NOWHERE = "notebook_00000000000000000000000000"
DOCUMENTS = "query ($id: ID!) { notebook(id: $id) { documents(first: 50) { edges { node { name } } } } }"


class FullBlobs(FolderBlobs):
    """A folder on a disk that is full."""

    @override
    async def keep(self, stream: AsyncIterator[bytes], *, most: int) -> Blob:
        async for _ in stream:
            raise StoreFull("The blob store is full.")
        raise AssertionError


async def names(caller: Caller, notebook: str) -> list[str]:
    found = await caller.ask(DOCUMENTS, id=notebook)
    return [edge["node"]["name"] for edge in found["notebook"]["documents"]["edges"]]


def refusal(answer: httpx.Response) -> tuple[int, str]:
    """The status and the code of a refusal, which says nothing else but a sentence."""
    told = answer.json()
    assert told.keys() == {"error"}
    assert told["error"].keys() == {"code", "message"}
    return answer.status_code, told["error"]["code"]


def incoming(house: House) -> list[Path]:
    """Bytes that are neither kept nor gone."""
    return list((house.settings.data / "blobs" / "incoming").iterdir())


async def keyed(caller: Caller, permission: str = "WRITE") -> Caller:
    """The same person, with an API key."""
    made = await caller.do("createApiKey", "secret", name="Script", permission=permission)
    return caller.house.caller(**{"X-API-Key": made["secret"]})


async def behind(caller: Caller, *, blobs: Blobs | None = None, most: int = 10_000) -> httpx.AsyncClient:
    """The same person at doors through which only small files go."""
    opened = caller.house.opened
    nobody_else: Any = None
    doorkeeper = Doorkeeper(opened.graph, nobody_else, RedisSessions(opened.redis), moment=moment)
    routes = files.file_routes(
        opened.graph,
        blobs or opened.blobs,
        doorkeeper,
        show=lambda request, sent: credential_of({**request.headers, **sent}, request.cookies),
        moment=moment,
        most=most,
    )
    transport = httpx.ASGITransport(Starlette(routes=routes), raise_app_exceptions=False)
    headers = (await keyed(caller)).client.headers
    return httpx.AsyncClient(transport=transport, base_url="http://doors", headers=headers)


async def in_pieces(*pieces: bytes) -> AsyncIterator[bytes]:
    for piece in pieces:
        yield piece


async def test_a_file_is_answered_with_its_document_and_its_job(ada: Caller) -> None:
    notebook = await ada.notebook()

    for method in ("PUT", "POST"):
        answer = await ada.client.request(
            method, "/upload", params={"notebook": notebook, "name": "elbe.txt"}, content=b"The Elbe."
        )

        told = answer.json()
        assert (answer.status_code, told.keys()) == (202, {"document", "twins", "job"})
        assert told["document"]["name"] == "elbe.txt"
        assert (told["job"]["status"], told["job"]["stage"]) == ("pending", "validate")
    assert await names(ada, notebook) == ["elbe.txt", "elbe.txt"]


async def test_the_same_bytes_are_two_documents_and_one_blob(house: House, ada: Caller) -> None:
    notebook, data = await ada.notebook(), f"Rivers of {moment().id('water')}".encode()

    first, _ = await ada.upload(notebook, "one.txt", data)
    second, _ = await ada.upload(notebook, "two.txt", data)

    assert first != second
    digest = hashlib.sha256(data).hexdigest()
    assert len(list((house.settings.data / "blobs").rglob(digest))) == 1


async def test_a_strangers_notebook_is_as_good_as_none(ada: Caller, eve: Caller, mallory: Caller) -> None:
    notebook = await ada.notebook()

    for stranger in (eve, mallory):
        refused = await stranger.put(notebook, "a.txt", b"a")
        nowhere = await stranger.put(NOWHERE, "a.txt", b"a")

        assert refusal(refused) == refusal(nowhere) == (404, "NOTEBOOK_NOT_FOUND")
        assert refused.text.replace(notebook, NOWHERE) == nowhere.text
    assert await names(ada, notebook) == []


async def test_who_only_reads_brings_nothing(ada: Caller, ben: Caller, vera: Caller) -> None:
    notebook = await ada.notebook()
    await ada.share(notebook, ben)
    await ada.share(notebook, vera, "WRITE")

    for reader in (ben, vera, await keyed(ada, "READ")):
        refused = await reader.put(notebook, "a.txt", b"a")

        assert refused.status_code == 403
        assert refusal(refused)[1]
    assert (await (await keyed(ada)).put(notebook, "b.txt", b"b")).status_code == 202
    assert await names(ada, notebook) == ["b.txt"]


async def test_nobody_brings_or_gets_anything(ada: Caller, nobody: Caller) -> None:
    document, _ = await ada.upload(notebook := await ada.notebook())

    for answer in (
        await nobody.put(notebook, "a.txt", b"a"),
        await nobody.client.get(f"/documents/{document}/content"),
        await nobody.client.put("/avatar", content=make_files.PICTURE),
        await nobody.client.get(f"/avatars/{await ada.id()}"),
    ):
        assert refusal(answer) == (401, "UNAUTHENTICATED")
        assert answer.headers["www-authenticate"] == "Bearer"


async def test_an_archived_notebook_takes_nothing(ada: Caller) -> None:
    notebook = await ada.notebook()
    await ada.do("archiveNotebook", id=notebook)

    assert refusal(await ada.put(notebook, "a.txt", b"a")) == (409, "NOTEBOOK_ARCHIVED")


@pytest.mark.parametrize("missing", ["notebook", "name"])
async def test_what_is_not_said_is_asked_for(ada: Caller, missing: str) -> None:
    params = {"notebook": await ada.notebook(), "name": "a.txt"} | {missing: ""}

    answer = await ada.client.put("/upload", params=params, content=b"a")

    assert answer.status_code == 400
    assert missing in answer.json()["error"]["message"]


async def test_what_is_declared_too_large_is_refused_before_its_first_byte(ada: Caller) -> None:
    notebook, taken = await ada.notebook(), []

    async def pieces() -> AsyncIterator[bytes]:
        taken.append(1)
        yield bytes(10_001)

    async with await behind(ada) as client:
        answer = await client.put(
            "/upload",
            params={"notebook": notebook, "name": "a.bin"},
            content=pieces(),
            headers={"Content-Length": "10001"},
        )

    assert refusal(answer) == (413, "FILE_TOO_LARGE")
    assert await names(ada, notebook) == []


@pytest.mark.parametrize(("size", "status"), [(10_000, 202), (10_001, 413)])
async def test_what_turns_out_too_large_is_refused_and_not_kept(
    house: House, ada: Caller, size: int, status: int
) -> None:
    notebook = await ada.notebook()

    async with await behind(ada) as client:
        answer = await client.put(
            "/upload",
            params={"notebook": notebook, "name": "a.bin"},
            content=in_pieces(bytes(size - 1), b"\x01"),
        )

    assert answer.status_code == status
    assert await names(ada, notebook) == (["a.bin"] if status == 202 else [])
    assert incoming(house) == []


async def test_an_empty_file_is_refused(ada: Caller) -> None:
    notebook = await ada.notebook()

    assert refusal(await ada.put(notebook, "a.txt", b"")) == (400, "FILE_EMPTY")
    assert await names(ada, notebook) == []


async def test_a_full_store_asks_to_come_back(house: House, ada: Caller) -> None:
    notebook = await ada.notebook()

    async with await behind(ada, blobs=FullBlobs(house.settings.data / "blobs")) as client:
        answer = await client.put("/upload", params={"notebook": notebook, "name": "a.txt"}, content=b"a")

    assert refusal(answer) == (503, "STORE_FULL")
    assert await names(ada, notebook) == []


async def test_an_upload_that_breaks_off_leaves_nothing(house: House, ada: Caller) -> None:
    notebook = await ada.notebook()
    reader, writer = await asyncio.open_connection(house.settings.host, house.settings.port)
    head = (
        f"PUT /upload?notebook={notebook}&name=a.bin HTTP/1.1\r\nHost: x\r\n"
        f"Authorization: {ada.client.headers['authorization']}\r\nContent-Length: 20000000\r\n\r\n"
    )
    writer.write(head.encode() + bytes(18_000_000))
    await writer.drain()
    await until(lambda: bool(incoming(house)))

    writer.close()

    await until(lambda: not incoming(house))
    assert await names(ada, notebook) == []
    assert reader is not None


async def test_an_upload_that_stands_still_is_given_up(
    house: House, ada: Caller, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(files, "SILENCE_S", 0.2)
    notebook = await ada.notebook()

    async def stalling() -> AsyncIterator[bytes]:
        yield b"The Elbe"
        await asyncio.sleep(5)

    async with httpx.AsyncClient(base_url=house.settings.origin, trust_env=False) as client:
        answer = await client.put(
            "/upload",
            params={"notebook": notebook, "name": "a.txt"},
            content=stalling(),
            headers=ada.client.headers,
        )

    assert refusal(answer) == (503, "UPLOAD_STALLED")
    assert await names(ada, notebook) == []


@pytest.mark.parametrize(
    ("given", "kept"),
    [
        ("../../etc/passwd", "passwd"),
        ("C:\\Users\\ada\\elbe.txt", "elbe.txt"),
        ("/a/b/../c.txt", "c.txt"),
        ("Mu\u0308ritz.txt", "M\u00fcritz.txt"),
        ("a\tb.txt", "a b.txt"),
        ("\u6c34 \U0001f30a.txt", "\u6c34 \U0001f30a.txt"),
        ('"; filename=evil.html', '"; filename=evil.html'),
    ],
)
async def test_a_name_is_kept_without_its_folders(ada: Caller, given: str, kept: str) -> None:
    document, _ = await ada.upload(notebook := await ada.notebook(), given)

    answer = await ada.client.get(f"/documents/{document}/content")

    assert await names(ada, notebook) == [kept]
    said = answer.headers["content-disposition"]
    assert said.isascii()
    assert said.startswith("attachment; filename*=UTF-8''")
    assert '"' not in said
    assert said.count(";") == 1


@pytest.mark.parametrize(
    "name",
    ["..", "a/..", "/", " ", "a\x00.txt", "a\r\nSet-Cookie: a=b", "gpj.\u202etxt.exe", "\u2066a", "a" * 256],
)
async def test_a_name_that_deceives_is_refused(ada: Caller, name: str) -> None:
    notebook = await ada.notebook()
    answer = await ada.put(notebook, name, b"a")

    if answer.status_code == 202:
        assert await names(ada, notebook) == ["a Set-Cookie: a=b"]
    else:
        assert answer.status_code == 400
        assert "name" in answer.json()["error"]["message"].lower()


async def test_a_document_comes_back_as_a_download_that_never_runs(ada: Caller) -> None:
    data = b"<script>alert(1)</script>"
    document, _ = await ada.upload(await ada.notebook(), "page.html", data)

    answer = await ada.client.get(f"/documents/{document}/content")

    assert (answer.status_code, answer.content) == (200, data)
    assert answer.headers["content-type"] == "application/octet-stream"
    assert answer.headers["content-length"] == str(len(data))
    assert answer.headers["content-disposition"] == "attachment; filename*=UTF-8''page.html"
    assert answer.headers["content-security-policy"] == "sandbox; default-src 'none'"
    assert answer.headers["x-content-type-options"] == "nosniff"
    assert answer.headers["cache-control"] == "private, no-cache"
    assert answer.headers["etag"] == f'"{hashlib.sha256(data).hexdigest()}"'


async def test_a_stranger_gets_no_document(ada: Caller, ben: Caller, eve: Caller, mallory: Caller) -> None:
    document, _ = await ada.upload(notebook := await ada.notebook())
    await ada.share(notebook, ben)

    assert (await ben.client.get(f"/documents/{document}/content")).status_code == 200
    for stranger in (eve, mallory):
        answer = await stranger.client.get(f"/documents/{document}/content")
        assert refusal(answer) == (404, "DOCUMENT_NOT_FOUND")
    await ada.do("deleteDocument", id=document)
    answer = await ada.client.get(f"/documents/{document}/content")
    assert refusal(answer) == (404, "DOCUMENT_NOT_FOUND")


@pytest.mark.parametrize(
    ("image", "type"),
    [
        (make_files.PICTURE, "image/png"),
        (b"\xff\xd8\xff\xe0" + bytes(50), "image/jpeg"),
        (b"GIF89a" + bytes(50), "image/gif"),
    ],
)
async def test_an_avatar_is_shown_to_the_organisation(
    ada: Caller, eve: Caller, mallory: Caller, image: bytes, type: str
) -> None:
    answer = await ada.client.put("/avatar", content=in_pieces(image[:2], image[2:]))

    assert answer.status_code == 201
    url = answer.json()["avatar"]["url"]
    shown = await eve.client.get(url)
    assert (shown.status_code, shown.content, shown.headers["content-type"]) == (200, image, type)
    assert shown.headers["x-content-type-options"] == "nosniff"
    assert (await mallory.client.get(url)).status_code == 404


@pytest.mark.parametrize(
    ("image", "status", "code"),
    [
        (b"<svg onload='alert(1)'/>", 400, "AVATAR_INVALID"),
        (b"", 400, "FILE_EMPTY"),
        (make_files.PICTURE + bytes(files.AVATAR_MOST), 413, "FILE_TOO_LARGE"),
    ],
)
async def test_what_is_no_avatar_is_refused(ada: Caller, image: bytes, status: int, code: str) -> None:
    assert refusal(await ada.client.put("/avatar", content=image)) == (status, code)
    assert (await ada.client.get(f"/avatars/{await ada.id()}")).status_code == 404


async def test_a_person_portrays_themselves_and_a_key_that_reads_does_not(vera: Caller, ada: Caller) -> None:
    reader = await keyed(ada, "READ")

    assert (await reader.client.put("/avatar", content=make_files.PICTURE)).status_code == 403
    assert (await ada.client.get(f"/avatars/{await ada.id()}")).status_code == 404
    assert (await vera.client.put("/avatar", content=make_files.PICTURE)).status_code == 201
