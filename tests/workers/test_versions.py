"""New versions of documents, from their bytes to where they are found."""

import hashlib

import httpx
import pytest

from aether.domain.vectors import Stored
from tests.graphql.house import Answer, Caller, House

SEARCH = """query ($query: String!) { search(query: $query, first: 5) { edges { node {
  snippet document { id } chunk { documentHash }
} } } }"""
HISTORY = """query ($id: ID!) { document(id: $id) {
  fileHash fileSize currentVersion { number fileHash }
  documentVersions { totalCount edges { node {
    number processingStatus fileSize note downloadUrl error { code } uploadedBy { username }
  } } }
} }"""
OLD, NEW = b"The eels of the Elwin sleep in winter.", b"Herons nest above the mill in spring."


async def bring(caller: Caller, document: str, data: bytes, **more: str) -> httpx.Response:
    """The answer to a new version."""
    return await caller.client.put("/upload", params={"document": document, **more}, content=data)


async def found(caller: Caller, words: str) -> str:
    """What is found first."""
    edges = (await caller.ask(SEARCH, query=words))["search"]["edges"]
    return str(edges[0]["node"]["snippet"]) if edges else ""


async def history(caller: Caller, document: str) -> Answer:
    told: Answer = (await caller.ask(HISTORY, id=document))["document"]
    return told


async def vectors(house: House, document: str) -> list[Stored]:
    kept, _ = await house.opened.vectors.listed(None, document=document)
    return list(kept)


@pytest.mark.engines
async def test_a_version_takes_the_place_of_the_one_before(house: House, ada: Caller) -> None:
    notebook = await ada.notebook()
    document, job = await ada.upload(notebook, "elwin.txt", OLD)
    async with house.at_work():
        await ada.over(job)
    answer = await bring(ada, document, NEW, note="Second thoughts")
    assert answer.status_code == httpx.codes.ACCEPTED
    told = answer.json()
    assert (told["document"]["id"], told["version"], told["unchanged"]) == (document, {"number": 2}, False)
    before = await history(ada, document)
    assert before["currentVersion"]["number"] == 1
    assert "eels" in await found(ada, "eels in winter")

    async with house.at_work():
        assert (await ada.over(told["job"]["id"]))["status"] == "COMPLETED"

    assert "eels" not in await found(ada, "eels in winter")
    assert "Herons" in await found(ada, "herons nest")
    assert len(await vectors(house, document)) == 1
    after = await history(ada, document)
    assert (after["fileSize"], after["currentVersion"]["number"]) == (len(NEW), 2)
    (second, first) = (edge["node"] for edge in after["documentVersions"]["edges"])
    assert (second["note"], second["processingStatus"], first["processingStatus"]) == (
        "Second thoughts",
        "COMPLETED",
        "COMPLETED",
    )
    assert second["uploadedBy"]["username"] == "ada"
    assert (await ada.client.get(first["downloadUrl"])).content == OLD
    assert (await ada.client.get(second["downloadUrl"])).content == NEW
    assert (await ada.client.get(f"/documents/{document}/content")).content == NEW


async def test_a_version_that_cannot_be_read_leaves_what_is_found(house: House, ada: Caller) -> None:
    document, job = await ada.upload(await ada.notebook(), "elwin.txt", OLD)
    async with house.at_work():
        await ada.over(job)
        told = (await bring(ada, document, b"%PDF-1.7 nothing", name="broken.pdf")).json()
        assert (await ada.over(told["job"]["id"]))["status"] == "FAILED"

    assert "eels" in await found(ada, "eels in winter")
    told = await history(ada, document)
    assert (told["currentVersion"]["number"], told["documentVersions"]["totalCount"]) == (1, 2)
    assert told["documentVersions"]["edges"][0]["node"]["error"]["code"].startswith("FILE_")


async def test_an_old_version_is_found_again_when_it_is_restored(house: House, ada: Caller) -> None:
    document, job = await ada.upload(await ada.notebook(), "elwin.txt", OLD)
    async with house.at_work():
        await ada.over(job)
        await ada.over((await bring(ada, document, NEW)).json()["job"]["id"])
        restored = await ada.do(
            "restoreDocumentVersion",
            "version { number } unchanged job { id } document { id }",
            id=document,
            number=1,
        )
        await ada.over(restored["job"]["id"])

    assert (restored["version"]["number"], restored["unchanged"]) == (3, False)
    assert restored["document"]["id"] == document
    assert "eels" in await found(ada, "eels in winter")
    again = await ada.do("restoreDocumentVersion", "unchanged job { id }", id=document, number=1)
    assert (again["unchanged"], again["job"]) == (True, None)
    assert await ada.refused("restoreDocumentVersion", id=document, number=9) == ("VERSION_NOT_FOUND", [])


async def test_a_pinned_version_has_its_own_tag(ada: Caller, eve: Caller) -> None:
    document, _ = await ada.upload(await ada.notebook(), "elwin.txt", OLD)
    await bring(ada, document, NEW)
    first, second = (f"/documents/{document}/content?version={n}" for n in (1, 2))

    tags = [(await ada.client.get(url)).headers["etag"] for url in (first, second)]

    assert tags[0] != tags[1]
    unchanged = await ada.client.get(first, headers={"If-None-Match": f'"x", W/{tags[0]}'})
    assert (unchanged.status_code, unchanged.content, unchanged.headers["etag"]) == (304, b"", tags[0])
    assert (await ada.client.get(second, headers={"If-None-Match": tags[0]})).content == NEW
    for wrong, status in (("3", 404), ("x", 400), ("-1", 400), ("1" * 30, 400)):
        url = f"/documents/{document}/content?version={wrong}"
        assert (await ada.client.get(url)).status_code == status
        assert (await eve.client.get(url)).status_code == 404


async def test_a_version_comes_in_pieces_too(ada: Caller, ben: Caller) -> None:
    notebook = await ada.notebook()
    document, _ = await ada.upload(notebook, "elwin.txt", OLD)
    other = await ben.notebook()
    assert await ben.refused("createUpload", documentId=document, name="x.txt", size=3) == (
        "DOCUMENT_NOT_FOUND",
        [],
    )
    elsewhere = {"notebookId": other, "documentId": document}
    assert (await ben.refused("createUpload", **elsewhere, name="x", size=3))[0] == "DOCUMENT_NOT_FOUND"
    begun = await ada.do(
        "createUpload",
        "upload { id url notebook { id } }",
        documentId=document,
        name="new.txt",
        size=len(NEW),
    )
    assert begun["upload"]["notebook"]["id"] == notebook

    headers = {
        "Tus-Resumable": "1.0.0",
        "Upload-Offset": "0",
        "Content-Type": "application/offset+octet-stream",
    }
    sent = await ada.client.patch(begun["upload"]["url"], content=NEW, headers=headers)

    assert sent.status_code == httpx.codes.NO_CONTENT, sent.text
    upload = "query ($id: ID!) { upload(id: $id) { status document { id } job { id } } }"
    told = (await ada.ask(upload, id=begun["upload"]["id"]))["upload"]
    assert (told["status"], told["document"]["id"]) == ("COMPLETED", document)
    assert told["job"]["id"]
    assert (await ada.client.get(f"/documents/{document}/content?version=2")).content == NEW
    same = await bring(ada, document, NEW)
    assert (same.status_code, same.json()["unchanged"], same.json()["job"]) == (200, True, None)


DIFF = """query ($id: ID!, $from: Int!, $to: Int!) { documentDiff(documentId: $id, from: $from, to: $to) {
  added removed hunks { fromLine toLine lines { kind text } }
} }"""


async def test_what_changed_from_one_version_to_another_is_told(
    house: House, ada: Caller, eve: Caller
) -> None:
    document, job = await ada.upload(await ada.notebook(), "elwin.txt", b"Eels.\n\nHerons.\n\nOtters.")
    async with house.at_work():
        await ada.over(job)
        await ada.over((await bring(ada, document, b"Eels.\n\nCranes.\n\nOtters.")).json()["job"]["id"])
    waiting = await bring(ada, document, b"Voles.")

    told = (await ada.ask(DIFF, id=document, **{"from": 1, "to": 2}))["documentDiff"]

    assert (told["added"], told["removed"]) == (1, 1)
    (hunk,) = told["hunks"]
    assert (hunk["fromLine"], hunk["toLine"]) == (1, 1)
    changed = [(line["kind"], line["text"]) for line in hunk["lines"] if line["kind"] != "SAME"]
    assert changed == [("REMOVED", "Herons."), ("ADDED", "Cranes.")]
    assert (await ada.ask(DIFF, id=document, **{"from": 2, "to": 2}))["documentDiff"]["hunks"] == []
    assert await ada.faults(DIFF, id=document, **{"from": 2, "to": 3}) == ["VERSION_NOT_UNDERSTOOD"]
    assert await ada.faults(DIFF, id=document, **{"from": 2, "to": 4}) == ["VERSION_NOT_FOUND"]
    assert (await eve.ask(DIFF, id=document, **{"from": 1, "to": 2}))["documentDiff"] is None
    assert waiting.json()["version"]["number"] == 3


TWINS = "query ($id: ID!) { document(id: $id) { twins { id name viewerPermission } } }"


async def test_who_brings_what_they_may_read_already_is_told(ada: Caller, ben: Caller, eve: Caller) -> None:
    shared, private = await ada.notebook("Shared"), await ada.notebook("Private")
    await ada.share(shared, ben)
    data = f"Bytes of {shared}.".encode()
    digest = hashlib.sha256(data).hexdigest()
    seen, _ = await ada.upload(shared, "seen.txt", data)
    hidden, _ = await ada.upload(private, "hidden.txt", data)
    gone, _ = await ada.upload(private, "gone.txt", data)
    await ada.do("deleteDocument", id=gone)
    place = await ben.notebook()

    begun = await ben.do(
        "createUpload", "twins { id }", notebookId=place, name="x.txt", size=len(data), sha256=digest
    )
    sent = (await ben.put(place, "mine.txt", data)).json()

    assert begun["twins"] == [{"id": seen}]
    assert sent["twins"] == [{"id": seen, "name": "seen.txt"}]
    told = (await ben.ask(TWINS, id=sent["document"]["id"]))["document"]["twins"]
    assert told == [{"id": seen, "name": "seen.txt", "viewerPermission": "READ"}]
    assert [it["id"] for it in (await ada.ask(TWINS, id=seen))["document"]["twins"]] == [hidden]
    assert await ben.refused("createUpload", notebookId=place, name="x", size=1, sha256=digest.upper()) == (
        "INVALID",
        ["input", "sha256"],
    )

    theirs = await eve.notebook()
    known, unknown = data, f"Bytes that only {theirs} has.".encode()
    answers = []
    for each in (known, unknown):
        named = {"notebookId": theirs, "name": "x.txt", "size": len(each)}
        named["sha256"] = hashlib.sha256(each).hexdigest()
        begun = (await eve.do("createUpload", "twins { id }", **named))["twins"]
        answer = await eve.put(theirs, "x.txt", each)
        told = answer.json()
        answers.append(
            (
                begun,
                answer.status_code,
                told["twins"],
                told.keys(),
                (await eve.ask(TWINS, id=told["document"]["id"]))["document"]["twins"],
            )
        )
    assert answers[0] == answers[1]
    assert answers[0][0] == answers[0][2] == answers[0][4] == []
