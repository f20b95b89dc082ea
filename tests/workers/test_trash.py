"""What was deleted is erased, with its bytes and its vectors, and nothing else is."""

import os
from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path

import pytest

from aether.adapters.system import moment
from aether.domain.moments import Moment
from aether.domain.tenants import TenantId
from aether.workers.context import Ports
from aether.workers.trash import let_go, sweep_once
from tests.graphql.house import Caller, House

pytestmark = pytest.mark.usefixtures("at_work")

BINNED = "{ trashedDocuments(first: 50) { totalCount edges { node { id name deletedBy { username } } } } }"
FOUND = "query ($query: String!) { search(query: $query, first: 5) { edges { node { document { name } } } } }"


def later(house: House, *, days: float) -> Ports:
    """What a worker works with so many days from now, when deleted things last for ten."""

    def then() -> Moment:
        now = moment()
        return replace(now, now=now.now + timedelta(days=days))

    return replace(house.opened.worker_ports, moment=then, trash_lasts=timedelta(days=10))


def blobs(house: House) -> set[str]:
    """The bytes that are kept."""
    root: Path = house.settings.data / "blobs"
    return {path.name for path in root.glob("??/??/*")}


async def points(house: House, tenant: str) -> int:
    """How many vectors a tenant has."""
    return len((await house.opened.vectors.listed(TenantId(tenant)))[0])


async def processed(caller: Caller, notebook: str, name: str, data: bytes) -> str:
    id, job = await caller.upload(notebook, name, data)
    assert (await caller.over(job))["status"] == "COMPLETED"
    return id


async def test_what_is_held_keeps_nothing_else_from_being_erased(
    house: House, ada: Caller, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("aether.workers.trash.AT_A_TIME", 1)
    held, free = await ada.notebook("Held"), await ada.notebook("Free")
    kept = [await processed(ada, held, f"{n}.txt", f"Held {n}.".encode()) for n in range(2)]
    goes = await processed(ada, free, "goes.txt", b"Goes.")
    for id in (*kept, goes):
        await ada.do("deleteDocument", id=id)
    await ada.do("updateComplianceSettings", id=held, compliance={"legalHold": True})

    await sweep_once(later(house, days=11))

    told = (await ada.ask(BINNED))["trashedDocuments"]["edges"]
    assert {edge["node"]["id"] for edge in told} == set(kept)
    await ada.do("updateComplianceSettings", id=held, compliance={"legalHold": False})
    await sweep_once(later(house, days=11))
    assert (await ada.ask(BINNED))["trashedDocuments"]["totalCount"] == 0


@pytest.mark.engines
async def test_to_add_and_to_purge_leaves_everything_as_it_was(house: House, ada: Caller) -> None:
    notebook = await ada.notebook()
    tenant = (await ada.ask("{ tenant { id } }"))["tenant"]["id"]
    await processed(ada, notebook, "stays.txt", b"Herons stay above the mill.")
    before, vectors = blobs(house), await points(house, tenant)
    id = await processed(ada, notebook, "goes.txt", f"Eels go at {moment().id('once')}.".encode())
    assert len(blobs(house) - before) == 2
    assert await points(house, tenant) == vectors + 1

    await ada.do("deleteDocument", id=id)
    assert len(blobs(house) - before) == 2
    await ada.do("purgeDocument", "documentId", id=id)
    await let_go(house.opened.worker_ports)

    assert await points(house, tenant) == vectors
    assert len(blobs(house) - before) == 2, "bytes so young may be those of an upload"
    await let_go(later(house, days=1))
    assert blobs(house) == before
    assert await ada.refused("purgeDocument", id=id) == ("DOCUMENT_NOT_FOUND", [])


async def test_bytes_stay_as_long_as_somebody_has_them(house: House, ada: Caller, mallory: Caller) -> None:
    data = f"Rare eels: {moment().id('once')}.".encode()
    first = await processed(ada, await ada.notebook(), "a.txt", data)
    theirs = await processed(mallory, await mallory.notebook(), "b.txt", data)
    await ada.do("deleteDocument", id=first)
    await ada.do("purgeDocument", id=first)
    await let_go(later(house, days=1))

    assert (await mallory.client.get(f"/documents/{theirs}/content")).content == data
    await mallory.do("deleteDocument", id=theirs)
    await mallory.do("purgeDocument", id=theirs)
    await let_go(later(house, days=1))
    assert not any(blob in blobs(house) for blob in (first, theirs))


async def test_what_lay_there_for_long_enough_is_erased_by_itself(house: House, ada: Caller) -> None:
    notebook = await ada.notebook()
    id = await processed(ada, notebook, "eels.txt", b"Eels of long ago.")
    top = await ada.notebook("Top")
    low = await ada.notebook("Low", parentId=top)
    inside = await processed(ada, low, "inside.txt", b"Inside.")
    await ada.do("deleteDocument", id=id)
    await ada.do("deleteNotebook", id=top)
    told = (await ada.ask(BINNED))["trashedDocuments"]
    assert [edge["node"] for edge in told["edges"]] == [
        {"id": id, "name": "eels.txt", "deletedBy": {"username": "ada"}}
    ]

    await sweep_once(later(house, days=9))
    assert (await ada.ask(BINNED))["trashedDocuments"]["totalCount"] == 1
    assert await sweep_once(replace(later(house, days=99), trash_lasts=None)) == 0
    assert await sweep_once(later(house, days=11)) >= 4

    assert (await ada.ask(BINNED))["trashedDocuments"]["totalCount"] == 0
    assert (await ada.refused("restoreNotebook", id=top))[0] == "NOTEBOOK_NOT_FOUND"
    rows, _, _ = await house.opened.driver.execute_query(
        "MATCH (n) WHERE n.id IN $ids OR n.document IN $ids OR n.subject IN $ids RETURN labels(n)[0] AS kind",
        ids=[id, inside, top, low],
    )
    assert {row["kind"] for row in rows} <= {"Activity"}


async def test_a_document_that_is_back_is_found_again(ada: Caller) -> None:
    id = await processed(ada, await ada.notebook(), "lampreys.txt", b"Lampreys are no eels.")
    await ada.do("deleteDocument", id=id)
    await ada.quiet()
    restored = await ada.do("restoreDocument", "document { jobs { id kind } }", id=id)
    await ada.over(restored["document"]["jobs"][0]["id"])

    edges = (await ada.ask(FOUND, query="lampreys"))["search"]["edges"]
    assert {edge["node"]["document"]["name"] for edge in edges} == {"lampreys.txt"}


async def test_emptying_takes_a_word_and_is_carried_out(house: House, ada: Caller) -> None:
    id, _ = await ada.upload(await ada.notebook(), "a.txt", b"Words.")
    await ada.do("deleteDocument", id=id)

    assert await ada.refused("emptyTrash", confirm=False) == ("INVALID", ["input", "confirm"])
    assert (await ada.do("emptyTrash", "givenUp", confirm=True))["givenUp"] == 1

    assert (await ada.refused("restoreDocument", id=id))[0] == "DOCUMENT_NOT_FOUND"
    assert await sweep_once(replace(house.opened.worker_ports, trash_lasts=None)) >= 1


async def test_bytes_that_come_again_while_they_go_are_kept(house: House, ada: Caller) -> None:
    data = f"Bytes that come again: {moment().id('once')}.".encode()
    notebook = await ada.notebook()
    id, _ = await ada.upload(notebook, "a.txt", data)
    query = "query ($id: ID!) { document(id: $id) { fileHash } }"
    key = (await ada.ask(query, id=id))["document"]["fileHash"]
    aged(house, key)
    await ada.do("deleteDocument", id=id)
    await ada.do("purgeDocument", id=id)

    blob = await house.opened.blobs.keep(_once(data), most=1_000)
    await let_go(house.opened.worker_ports)

    assert (blob.key in blobs(house), await house.opened.blobs.size(blob.key)) == (True, len(data))
    aged(house, key)
    await let_go(later(house, days=0.1))
    assert key not in blobs(house)


def aged(house: House, key: str) -> None:
    """Have bytes be there since the day before yesterday."""
    (path,) = (house.settings.data / "blobs").glob(f"??/??/{key}")
    then = (datetime.now().astimezone() - timedelta(days=2)).timestamp()
    os.utime(path, (then, then))


async def _once(data: bytes) -> AsyncIterator[bytes]:
    yield data
