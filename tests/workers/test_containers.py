"""Archives and mail: what they carry becomes documents, whatever happens on the way."""

import io
import tarfile
from email.message import EmailMessage

import pytest

from aether.domain import documents
from aether.workers.context import Ports
from tests import make_files as make
from tests.graphql.house import Answer, Caller, House
from tests.workers.breaking import Answerless, Breaking, Crash
from tests.workers.test_pipeline import run, strand, with_port

HELD = """
query ($id: ID!, $first: Int! = 50, $after: String) { document(id: $id) {
  id name processingStatus pathInContainer metadata error { code }
  container { id name }
  children(first: $first, after: $after) {
    totalCount pageInfo { hasNextPage endCursor }
    edges { node { id name pathInContainer processingStatus container { id } children { totalCount } } }
  }
} }
"""
SEARCH = """
query ($query: String!, $mode: SearchMode!, $in: ID) {
  search(query: $query, mode: $mode, notebookId: $in) { edges { node { document { name } } } }
}
"""
JOBS = "query ($id: ID!) { notebook(id: $id) { documentCount uploadJobs(unfinished: true) { id attempt } } }"


@pytest.fixture
def ports(house: House) -> Ports:
    return house.opened.worker_ports


async def held(by: Caller, document: str, **more: object) -> Answer:
    return (await by.ask(HELD, id=document, **more))["document"]  # type: ignore[no-any-return]


async def bring(by: Caller, document: str, data: bytes) -> str:
    """The job of a new version."""
    answer = await by.client.put("/upload", params={"document": document}, content=data)
    return str(answer.json()["job"]["id"])


async def names(by: Caller, document: str) -> list[str]:
    return [edge["node"]["name"] for edge in (await held(by, document))["children"]["edges"]]


async def settled(by: Caller, ports: Ports, notebook: str) -> int:
    """Run every job of the notebook, and those that they ask for; gives how many documents there are."""
    while True:
        found = (await by.ask(JOBS, id=notebook))["notebook"]
        if not found["uploadJobs"]:
            return int(found["documentCount"])
        for job in found["uploadJobs"]:
            await run(ports, job["id"], job["attempt"])


def nested(depth: int) -> bytes:
    """A zip in a zip in a zip, so many times."""
    data = b"At the bottom."
    for level in range(depth):
        data = make.packed({"bottom.txt" if level == 0 else f"{level}.zip": data})
    return data


@pytest.mark.engines
async def test_what_an_archive_holds_is_understood_beside_it(ada: Caller, ports: Ports) -> None:
    notebook = await ada.notebook()
    data = make.packed({"elbe/gauge.txt": b"The Elbe.", "inner.zip": nested(1), "broken.pdf": b"%PDF-1.7"})
    archive, _ = await ada.upload(notebook, "rivers.zip", data)

    assert await settled(ada, ports, notebook) == 5

    it = await held(ada, archive)
    assert (it["processingStatus"], it["container"], it["pathInContainer"]) == ("COMPLETED", None, None)
    assert it["metadata"]["files"] == 3
    told = [
        (node["name"], node["pathInContainer"], node["processingStatus"], node["children"]["totalCount"])
        for node in (edge["node"] for edge in it["children"]["edges"])
    ]
    assert told == [
        ("broken.pdf", "broken.pdf", "FAILED", 0),
        ("gauge.txt", "elbe/gauge.txt", "COMPLETED", 0),
        ("inner.zip", "inner.zip", "COMPLETED", 1),
    ]
    assert {edge["node"]["container"]["id"] for edge in it["children"]["edges"]} == {archive}
    inner = await held(ada, it["children"]["edges"][2]["node"]["id"])
    assert inner["container"] == {"id": archive, "name": "rivers.zip"}


async def test_what_came_in_a_document_is_told_page_by_page(ada: Caller, ports: Ports, eve: Caller) -> None:
    notebook = await ada.notebook()
    archive, job = await ada.upload(notebook, "a.zip", make.packed({f"{n}.txt": b"%d" % n for n in range(5)}))
    await run(ports, job)

    first = (await held(ada, archive, first=3))["children"]
    rest = (await held(ada, archive, first=3, after=first["pageInfo"]["endCursor"]))["children"]

    assert [edge["node"]["name"] for part in (first, rest) for edge in part["edges"]] == [
        f"{n}.txt" for n in range(5)
    ]
    assert (first["totalCount"], rest["pageInfo"]["hasNextPage"]) == (5, False)
    assert await held(eve, archive) is None
    assert await held(eve, first["edges"][0]["node"]["id"]) is None


async def test_what_is_attached_to_mail_becomes_documents(ada: Caller, ports: Ports) -> None:
    message = EmailMessage()
    message["Subject"], message["From"] = "Rivers", "ada@example.org"
    message.set_content("See attached.")
    message.add_attachment("The Elbe.", filename="elbe.txt")
    notebook = await ada.notebook()
    mail, job = await ada.upload(notebook, "a.eml", message.as_bytes())

    await run(ports, job)

    (edge,) = (await held(ada, mail))["children"]["edges"]
    assert edge["node"]["name"] == "elbe.txt"


@pytest.mark.engines
@pytest.mark.parametrize("lost", [False, True])
async def test_a_worker_that_dies_or_hears_nothing_leaves_nothing_twice(
    ada: Caller, ports: Ports, lost: bool
) -> None:
    notebook = await ada.notebook()
    files = {f"{n}.txt": b"%d" % n for n in range(30)}
    archive, job = await ada.upload(notebook, "a.zip", make.packed(files))

    if lost:
        await run(with_port(ports, "graph", Answerless(ports.graph, documents.unpack)), job)
    else:
        with pytest.raises(Crash):
            await run(with_port(ports, "detector", Breaking(ports.detector, "find")), job)
        assert (await held(ada, archive))["children"]["totalCount"] == 30
        await strand(ports, job)
        await run(ports, job, attempt=2)

    it = await held(ada, archive)
    assert (it["processingStatus"], it["children"]["totalCount"]) == ("COMPLETED", 30)
    assert (await ada.ask(JOBS, id=notebook))["notebook"]["documentCount"] == 31


async def test_archives_within_archives_end_at_the_third(ada: Caller, ports: Ports) -> None:
    notebook = await ada.notebook()
    archive, _ = await ada.upload(notebook, "a.zip", nested(60))

    assert await settled(ada, ports, notebook) == 4

    it, depth = await held(ada, archive), 0
    while it["children"]["edges"]:
        it, depth = await held(ada, it["children"]["edges"][0]["node"]["id"]), depth + 1
    assert (depth, it["processingStatus"]) == (3, "COMPLETED")
    assert (it["metadata"]["files"], it["metadata"]["files_unpacked"]) == (1, False)


async def test_a_refused_archive_leaves_no_documents(ada: Caller, ports: Ports) -> None:
    notebook = await ada.notebook()
    written = io.BytesIO()
    with tarfile.open(fileobj=written, mode="w:gz") as bomb:
        for name, size in (("small.txt", 9), ("zeros.bin", 64 * 2**20)):
            entry = tarfile.TarInfo(name)
            entry.size = size
            bomb.addfile(entry, io.BytesIO(bytes(size)))
    archive, job = await ada.upload(notebook, "bomb.tgz", written.getvalue())

    await run(ports, job)

    it = await held(ada, archive)
    assert it["error"]["code"] == "FILE_TOO_COMPLEX"
    assert it["children"]["totalCount"] == 0
    assert await settled(ada, ports, notebook) == 1


async def test_deleting_an_archive_deletes_what_came_in_it(ada: Caller, ports: Ports) -> None:
    notebook = await ada.notebook()
    archive, job = await ada.upload(notebook, "a.zip", make.packed({"a.txt": b"a", "b.txt": b"b"}))
    await run(ports, job)
    first, second = (edge["node"]["id"] for edge in (await held(ada, archive))["children"]["edges"])
    await ada.do("updateDocument", id=second, name="mine.txt")

    await ada.do("deleteDocument", id=archive)

    assert await held(ada, first) is None
    assert (await held(ada, second))["container"] is None
    assert await settled(ada, ports, notebook) == 1


@pytest.mark.engines
async def test_the_files_of_a_version_are_found_with_it_and_those_before_no_more(
    ada: Caller, ports: Ports
) -> None:
    notebook = await ada.notebook()
    same = {"same.txt": b"Herons nest above the mill."}
    first = make.packed({**same, "old.txt": b"Eels sleep below the weir."})
    archive, _ = await ada.upload(notebook, "a.zip", first)
    await settled(ada, ports, notebook)
    job = await bring(ada, archive, make.packed({**same, "new.txt": b"Otters hunt beside the lock."}))

    with pytest.raises(Crash):
        await run(with_port(ports, "embedder", Breaking(ports.embedder, "embed")), job)
    assert await names(ada, archive) == ["old.txt", "same.txt"]
    await strand(ports, job)
    with pytest.raises(Crash):
        await run(with_port(ports, "vectors", Breaking(ports.vectors, "drop")), job, attempt=2)
    assert await names(ada, archive) == ["new.txt", "same.txt"]
    await strand(ports, job, attempt=2)

    assert await settled(ada, ports, notebook) == 3
    hits = (await ada.ask(SEARCH, query="eels herons otters", mode="FULLTEXT", **{"in": notebook}))["search"]
    assert {hit["node"]["document"]["name"] for hit in hits["edges"]} == {"new.txt", "same.txt"}
    again = await ada.do("restoreDocumentVersion", "job { id }", id=archive, number=1)
    await run(ports, again["job"]["id"])
    assert await settled(ada, ports, notebook) == 3
    hits = (await ada.ask(SEARCH, query="eels herons otters", mode="SEMANTIC", **{"in": notebook}))["search"]
    assert {hit["node"]["document"]["name"] for hit in hits["edges"]} >= {"old.txt", "same.txt"}
    assert "new.txt" not in {hit["node"]["document"]["name"] for hit in hits["edges"]}


async def test_what_appears_with_a_version_is_processed_however_much_it_is(
    ada: Caller, ports: Ports, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("aether.workers.documents.REVIVED_AT_A_TIME", 2)
    notebook = await ada.notebook()
    archive, job = await ada.upload(notebook, "a.zip", make.packed({"old.txt": b"Old."}))
    await run(ports, job)

    await run(ports, await bring(ada, archive, make.packed({f"{n}.txt": b"%d" % n for n in range(5)})))

    assert await settled(ada, ports, notebook) == 6
    edges = (await held(ada, archive))["children"]["edges"]
    assert {edge["node"]["processingStatus"] for edge in edges} == {"COMPLETED"}
