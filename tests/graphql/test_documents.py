"""Documents in the API."""

import hashlib
from typing import Any

import pytest

from tests import make_files
from tests.graphql.house import Caller

pytestmark = pytest.mark.usefixtures("at_work")

SHOWN = """
  id name originalFilename contentType fileSize fileHash processingTier processingStatus embeddingStatus
  title pageCount chunkCount metadata error { code } version viewerPermission downloadUrl
  notebook { id documentCount totalSizeBytes } uploadedBy { username } jobs { id kind status }
"""
CHUNKS = """
query ($id: ID!, $first: Int, $after: String) { document(id: $id) { chunks(first: $first, after: $after) {
  totalCount edges { node { ordinal page start end headings text documentId documentHash } }
  pageInfo { endCursor hasNextPage }
} } }
"""
LIST = """
query ($id: ID!, $first: Int, $after: String, $by: DocumentOrder! = NAME, $status: ProcessingStatus) {
  notebook(id: $id) { documents(first: $first, after: $after, orderBy: $by, status: $status) {
    totalCount edges { node { name } } pageInfo { endCursor }
  } }
}
"""


async def shown(caller: Caller, id: str) -> Any:
    return (await caller.ask(f"query ($id: ID!) {{ document(id: $id) {{ {SHOWN} }} }}", id=id))["document"]


@pytest.mark.engines
async def test_a_document_is_understood(ada: Caller) -> None:
    notebook = await ada.notebook()
    data = make_files.pdf(
        ["Rivers run downhill."], ["Gauges stand at bridges."], title="Rivers", author="Ada"
    )

    document, job = await ada.upload(notebook, "notes.pdf", data)
    await ada.over(job)

    found = await shown(ada, document)
    assert found.pop("metadata")["author"] == "Ada"
    assert found == {
        "id": document,
        "name": "notes.pdf",
        "originalFilename": "notes.pdf",
        "contentType": "application/pdf",
        "fileSize": len(data),
        "fileHash": hashlib.sha256(data).hexdigest(),
        "processingTier": 1,
        "processingStatus": "COMPLETED",
        "embeddingStatus": "DONE",
        "title": "Rivers",
        "pageCount": 2,
        "chunkCount": found["chunkCount"],
        "error": None,
        "version": 1,
        "viewerPermission": "ADMIN",
        "downloadUrl": f"/documents/{document}/content",
        "notebook": {"id": notebook, "documentCount": 1, "totalSizeBytes": len(data)},
        "uploadedBy": {"username": "ada"},
        "jobs": [{"id": job, "kind": "PROCESSING", "status": "COMPLETED"}],
    }
    chunks = (await ada.ask(CHUNKS, id=document))["document"]["chunks"]
    assert chunks["totalCount"] == found["chunkCount"] >= 1
    first = chunks["edges"][0]["node"]
    assert (first["ordinal"], first["page"], first["start"]) == (0, 1, 0)
    assert first["text"].startswith("Rivers run downhill.")
    assert first["end"] - first["start"] == len(first["text"])
    assert (first["documentId"], first["documentHash"]) == (document, found["fileHash"])


async def test_passages_come_in_order_and_in_pages(ada: Caller) -> None:
    text = "\n\n".join(
        f"# Part {n}\n\n" + f"Sentence {n} tells of rivers and gauges. " * 30 for n in range(6)
    )
    document, job = await ada.upload(await ada.notebook(), "long.md", text.encode())
    await ada.over(job)

    first = (await ada.ask(CHUNKS, id=document, first=3))["document"]["chunks"]
    after = first["pageInfo"]["endCursor"]
    rest = (await ada.ask(CHUNKS, id=document, after=after))["document"]["chunks"]

    edges = [*first["edges"], *rest["edges"]]
    assert [edge["node"]["ordinal"] for edge in edges] == list(range(first["totalCount"]))
    assert (first["pageInfo"]["hasNextPage"], rest["pageInfo"]["hasNextPage"]) == (True, False)
    assert edges[-1]["node"]["headings"] == ["Part 5"]


@pytest.mark.parametrize(
    ("name", "data", "code"),
    [
        ("locked.pdf", make_files.encrypted_pdf("Secret", password="pass"), "FILE_ENCRYPTED"),
        ("broken.pdf", b"%PDF-1.7\nnothing more", "FILE_BROKEN"),
        ("picture.pdf", make_files.PROGRAM, "FILE_MISLABELLED"),
        ("sealed.docx", make_files.SEALED_DOCX, "FILE_ENCRYPTED"),
        ("program.exe", make_files.PROGRAM, "FILE_UNSUPPORTED"),
    ],
)
async def test_what_cannot_be_understood_says_why(ada: Caller, name: str, data: bytes, code: str) -> None:
    document, job = await ada.upload(await ada.notebook(), name, data)

    over = await ada.over(job)

    assert (over["status"], over["error"]["code"]) == ("FAILED", code)
    found = await shown(ada, document)
    assert (found["processingStatus"], found["error"], found["chunkCount"]) == ("FAILED", {"code": code}, 0)


async def test_a_document_is_renamed(ada: Caller) -> None:
    document, _ = await ada.upload(await ada.notebook())

    renamed = await ada.do(
        "updateDocument", "document { name version }", id=document, name=" New  name ", version=1
    )

    assert renamed["document"] == {"name": "New name", "version": 2}
    for code, field, more in (
        ("DOCUMENT_STALE", [], {"name": "Other", "version": 1}),
        ("INVALID", ["input", "name"], {"name": ""}),
        ("INVALID", ["input", "name"], {"name": "x" * 256}),
    ):
        assert await ada.refused("updateDocument", id=document, **more) == (code, field)
    found = await shown(ada, document)
    assert (found["name"], found["originalFilename"]) == ("New name", "rivers.txt")


@pytest.mark.engines
async def test_a_deleted_document_is_gone_and_no_longer_counted(ada: Caller) -> None:
    notebook = await ada.notebook()
    document, job = await ada.upload(notebook)
    await ada.over(job)

    assert await ada.refused("deleteDocument", id=document, version=7) == ("DOCUMENT_STALE", [])
    gone = await ada.do("deleteDocument", "documentId", id=document, version=1)

    assert gone["documentId"] == document
    assert await shown(ada, document) is None
    query = "query ($id: ID!) { notebook(id: $id) { documentCount totalSizeBytes } }"
    assert await ada.ask(query, id=notebook) == {"notebook": {"documentCount": 0, "totalSizeBytes": 0}}
    assert await ada.refused("deleteDocument", id=document) == ("DOCUMENT_NOT_FOUND", [])


async def test_documents_are_listed_in_pages(ada: Caller) -> None:
    notebook = await ada.notebook()
    jobs = [(await ada.upload(notebook, f"{name}.txt", name.encode()))[1] for name in "bca"]
    _, broken = await ada.upload(notebook, "d.pdf", b"%PDF-1.7")
    for job in (*jobs, broken):
        await ada.over(job)

    async def names(**more: object) -> list[str]:
        page = (await ada.ask(LIST, id=notebook, **more))["notebook"]["documents"]
        return [edge["node"]["name"] for edge in page["edges"]]

    assert await names() == ["a.txt", "b.txt", "c.txt", "d.pdf"]
    assert await names(by="UPLOADED") == ["d.pdf", "a.txt", "c.txt", "b.txt"]
    assert await names(status="FAILED") == ["d.pdf"]
    cursor = (await ada.ask(LIST, id=notebook, first=2))["notebook"]["documents"]["pageInfo"]["endCursor"]
    assert await names(first=1, after=cursor) == ["c.txt"]
    for different in ({"by": "UPLOADED"}, {"status": "FAILED"}):
        assert await ada.faults(LIST, id=notebook, after=cursor, **different) == ["CURSOR_INVALID"]


async def test_a_document_is_processed_once_more(ada: Caller) -> None:
    document, job = await ada.upload(await ada.notebook())
    await ada.over(job)

    again = (await ada.do("reprocessDocument", "job { id }", id=document))["job"]["id"]

    assert again != job
    assert (await ada.over(again))["status"] == "COMPLETED"
    assert [it["id"] for it in (await shown(ada, document))["jobs"]] == [again, job]
    assert (await shown(ada, document))["version"] == 1


async def test_readers_read_and_do_nothing_else(ada: Caller, ben: Caller) -> None:
    notebook = await ada.notebook()
    document, job = await ada.upload(notebook)
    await ada.share(notebook, ben)
    await ada.over(job)

    assert (await shown(ben, document))["viewerPermission"] == "READ"
    for mutation, input in (
        ("updateDocument", {"id": document, "name": "Mine"}),
        ("deleteDocument", {"id": document}),
        ("reprocessDocument", {"id": document}),
        ("retryJob", {"id": job}),
        ("cancelJob", {"id": job}),
    ):
        assert await ben.refused(mutation, **input) == ("PERMISSION_REQUIRED", []), mutation


COPIED = "document { id name fileHash notebook { id documentCount } uploadedBy { username } }"


@pytest.mark.engines
async def test_a_document_is_copied_to_another_notebook_and_understood_there(ada: Caller) -> None:
    document, job = await ada.upload(await ada.notebook(), "a.txt", b"The Elbe is tidal.")
    await ada.over(job)
    into = await ada.notebook()

    copy = (await ada.do("copyDocument", COPIED, id=document, notebookId=into))["document"]
    other = (await ada.do("copyDocument", COPIED, id=document, notebookId=into, name="Tides"))["document"]

    assert (copy["name"], other["name"]) == ("a.txt", "Tides")
    assert len({document, copy["id"], other["id"]}) == 3
    assert copy["notebook"] == {"id": into, "documentCount": 1}
    assert copy["uploadedBy"] == {"username": "ada"}
    await ada.over((await shown(ada, copy["id"]))["jobs"][0]["id"])
    await ada.do("deleteDocument", id=document)
    await ada.do("purgeDocument", id=document)
    assert (await ada.client.get(f"/documents/{copy['id']}/content")).content == b"The Elbe is tidal."


async def test_a_document_is_moved_to_another_notebook_and_found_there(ada: Caller, eve: Caller) -> None:
    here, there = await ada.notebook("Here"), await ada.notebook("There")
    document, job = await ada.upload(here, "a.txt", b"The Elbe is tidal.")
    await ada.over(job)

    moved = await ada.do("moveDocument", f"document {{ {SHOWN} }}", id=document, notebookId=there, version=1)

    assert moved["document"]["notebook"] == {"id": there, "documentCount": 1, "totalSizeBytes": 18}
    assert (moved["document"]["id"], moved["document"]["version"]) == (document, 2)
    assert job in [it["id"] for it in moved["document"]["jobs"]]
    for place, names in ((here, []), (there, ["a.txt"])):
        listed = (await ada.ask(LIST, id=place))["notebook"]["documents"]["edges"]
        assert [edge["node"]["name"] for edge in listed] == names
    stale = await ada.refused("moveDocument", id=document, notebookId=here, version=1)
    assert stale == ("DOCUMENT_STALE", [])
    assert await eve.refused("moveDocument", id=document, notebookId=await eve.notebook()) == (
        "DOCUMENT_NOT_FOUND",
        [],
    )
    assert await ada.refused("moveDocument", id=document, notebookId=await eve.notebook()) == (
        "NOTEBOOK_NOT_FOUND",
        [],
    )
    assert (await ada.client.get(f"/documents/{document}/content")).content == b"The Elbe is tidal."


async def test_who_may_only_read_a_document_copies_it_to_their_own_and_no_stranger_does(
    ada: Caller, ben: Caller, eve: Caller
) -> None:
    notebook = await ada.notebook()
    document, _ = await ada.upload(notebook, "a.txt", b"The Elbe is tidal.")
    await ada.share(notebook, ben, "READ")

    assert await ben.refused("copyDocument", id=document, notebookId=notebook) == ("PERMISSION_REQUIRED", [])
    copy = (await ben.do("copyDocument", COPIED, id=document, notebookId=await ben.notebook()))["document"]
    assert copy["uploadedBy"] == {"username": "ben"}
    for place in (await eve.notebook(), notebook):
        assert await eve.refused("copyDocument", id=document, notebookId=place) == ("DOCUMENT_NOT_FOUND", [])
    refused = await ada.refused("copyDocument", id=document, notebookId=notebook, name=" ")
    assert refused[1] == ["input", "name"]
