"""Pictures of pages are given to whoever may read the document, and to nobody else."""

# ruff: noqa: F811 - a test names the fixtures that it asks for

import io

import pytest
from PIL import Image

from aether.adapters.system import moment
from aether.domain import documents, jobs
from aether.domain.jobs import Failure, JobId
from aether.workers.context import Ports
from aether.workers.jobs import run_job
from tests import make_files as make
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

URLS = """
query ($id: ID!) {
  document(id: $id) { thumbnailUrl pageImageUrl(page: 2, width: 300) beyond: pageImageUrl(page: 3) }
}
"""
THUMBNAIL = "query ($id: ID!) { document(id: $id) { thumbnailUrl } }"


@pytest.fixture
def ports(house: House) -> Ports:
    return house.opened.worker_ports


async def uploaded(by: Caller, ports: Ports, name: str, data: bytes) -> str:
    document, job = await by.upload(await by.notebook(), name, data)
    await run_job({"ports": ports}, f"{job}:1")
    return document


async def test_a_reader_is_given_pictures_that_are_kept_for_good(ada: Caller, ports: Ports) -> None:
    document = await uploaded(ada, ports, "rivers.pdf", make.pdf(["The Elbe."], ["The Oder."]))
    told = (await ada.ask(URLS, id=document))["document"]

    assert (await ada.ask(THUMBNAIL, id=document))["document"]["thumbnailUrl"] == told["thumbnailUrl"]
    assert told["beyond"] is None
    for url, width in ((told["thumbnailUrl"], 256), (told["pageImageUrl"], 512)):
        answer = await ada.client.get(url)
        again = await ada.client.get(url, headers={"If-None-Match": answer.headers["etag"]})
        assert (answer.status_code, answer.headers["content-type"]) == (200, "image/webp")
        assert Image.open(io.BytesIO(answer.content)).width == width
        assert answer.headers["cache-control"] == "private, max-age=31536000, immutable"
        assert "default-src 'none'" in answer.headers["content-security-policy"]
        assert (again.status_code, again.content) == (304, b"")
        assert (await ada.client.get(url)).content == answer.content
    unpinned = await ada.client.get(told["thumbnailUrl"].partition("&")[0])
    assert unpinned.headers["cache-control"] == "private, no-cache"


async def test_a_stranger_is_told_that_there_is_nothing(
    ada: Caller, eve: Caller, mallory: Caller, nobody: Caller, ports: Ports
) -> None:
    document = await uploaded(ada, ports, "rivers.pdf", make.pdf(["The Elbe."]))
    url = f"/documents/{document}/pages/1/image"
    assert (await ada.client.get(url)).status_code == 200

    for stranger in (eve, mallory):
        answer = await stranger.client.get(url)
        assert (answer.status_code, answer.json()["error"]["code"]) == (404, "DOCUMENT_NOT_FOUND")
    assert (await nobody.client.get(url)).status_code == 401


@pytest.mark.parametrize(
    ("query", "page", "status", "code"),
    [
        ("", 2, 404, "PREVIEW_NOT_FOUND"),
        ("", 0, 404, "PREVIEW_NOT_FOUND"),
        ("?width=63", 1, 400, "INVALID"),
        ("?width=x", 1, 400, "INVALID"),
        ("?width=2001", 1, 400, "INVALID"),
    ],
)
async def test_other_pages_and_widths_are_refused(
    ada: Caller, ports: Ports, query: str, page: int, status: int, code: str
) -> None:
    document = await uploaded(ada, ports, "rivers.pdf", make.pdf(["The Elbe."]))

    answer = await ada.client.get(f"/documents/{document}/pages/{page}/image{query}")

    assert (answer.status_code, answer.json()["error"]["code"]) == (status, code)


async def test_what_is_not_read_yet_or_has_no_pictures_has_none(ada: Caller, ports: Ports) -> None:
    text = await uploaded(ada, ports, "rivers.txt", b"The Elbe.")
    waiting, _ = await ada.upload(await ada.notebook(), "rivers.pdf", make.pdf(["The Elbe."]))

    for document in (text, waiting):
        answer = await ada.client.get(f"/documents/{document}/pages/1/image")
        assert answer.json()["error"]["code"] == "PREVIEW_UNSUPPORTED"
        assert (await ada.ask(URLS, id=document))["document"]["thumbnailUrl"] is None


async def test_what_carries_a_virus_is_never_shown(ada: Caller, ports: Ports) -> None:
    document = await uploaded(ada, ports, "rivers.pdf", make.pdf(["The Elbe."]))
    url = f"/documents/{document}/pages/1/image"
    assert (await ada.client.get(url)).status_code == 200
    again = (await ada.do("reprocessDocument", "job { id }", id=document))["job"]["id"]
    found = await ports.graph.read(jobs.of_any_tenant, id=JobId(again))
    assert found is not None
    graph = ports.graph.within(found.tenant)
    infected = Failure(code="FILE_INFECTED", message="It carries a virus.")
    await graph.write(jobs.claim, id=JobId(again), attempt=1, at=moment())
    await graph.write(documents.fail, infected, job=JobId(again), attempt=1, at=moment())

    answer = await ada.client.get(url)

    assert (answer.status_code, answer.json()["error"]["code"]) == (403, "DOCUMENT_QUARANTINED")
