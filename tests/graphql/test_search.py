"""Search in the API."""

from typing import Any

import pytest

from tests import make_files
from tests.graphql.house import Caller

pytestmark = pytest.mark.usefixtures("at_work")

SEARCH = """
query ($query: String!, $mode: SearchMode! = HYBRID, $in: ID, $first: Int) {
  search(query: $query, mode: $mode, notebookId: $in, first: $first) {
    missing
    edges { node {
      score scores { meaning words popularity recency }
      snippet snippetStart highlights { start end }
      notebook { name } document { name } chunk { page start text }
    } }
  }
}
"""


async def hits(caller: Caller, query: str, **more: object) -> list[Any]:
    found = (await caller.ask(SEARCH, query=query, **more))["search"]
    assert found["missing"] == []
    return [edge["node"] for edge in found["edges"]]


async def names(caller: Caller, query: str, **more: object) -> list[str]:
    found = await hits(caller, query, **more)
    return [it["document"]["name"] if it["document"] else it["notebook"]["name"] for it in found]


async def uploaded(caller: Caller, notebook: str, name: str, data: bytes) -> None:
    _, job = await caller.upload(notebook, name, data)
    assert (await caller.over(job))["status"] == "COMPLETED"


@pytest.mark.engines
async def test_a_document_is_found_by_its_words_and_by_its_meaning(ada: Caller) -> None:
    notebook = await ada.notebook("Elwin")
    pages = (["The heron waits at the weir."], ["In spring the water rose over the meadows."])
    await uploaded(ada, notebook, "report.pdf", make_files.pdf(*pages))
    await uploaded(ada, notebook, "other.txt", b"The committee elected a new treasurer.")

    for mode, query in (("FULLTEXT", "heron"), ("SEMANTIC", "flooded meadows"), ("HYBRID", "rising water")):
        assert (await names(ada, query, mode=mode))[0] == "report.pdf", mode

    (hit, *_) = await hits(ada, "heron", mode="FULLTEXT")
    assert hit["scores"]["words"] == 1.0
    assert hit["chunk"]["page"] == 1
    marked = [hit["snippet"][mark["start"] : mark["end"]] for mark in hit["highlights"]]
    assert marked == ["heron"]
    begin = hit["snippetStart"] - hit["chunk"]["start"]
    assert hit["chunk"]["text"][begin:].startswith(hit["snippet"])


async def test_names_of_notebooks_and_documents_are_found(ada: Caller) -> None:
    notebook = await ada.notebook("Kingfisher census")
    await uploaded(ada, notebook, "Otterbook.txt", b"Nothing of the kind.")

    assert await names(ada, "kingfisher", mode="FULLTEXT") == ["Kingfisher census"]
    assert await names(ada, "otterbook", mode="FULLTEXT") == ["Otterbook.txt"]


@pytest.mark.engines
async def test_everybody_finds_what_they_may_read(
    ada: Caller, ben: Caller, eve: Caller, mallory: Caller
) -> None:
    secret = await ada.notebook("Secrets")
    await uploaded(ada, secret, "secret.txt", b"The password of the vault is xylophone.")
    await ada.share(secret, ben)

    for mode in ("FULLTEXT", "SEMANTIC", "HYBRID"):
        assert "secret.txt" in await names(ben, "xylophone vault", mode=mode)
        for stranger in (eve, mallory):
            assert await hits(stranger, "xylophone vault", mode=mode) == []
    await ada.do("revokeCollaboration", id=secret, userId=await ben.id())
    assert await hits(ben, "xylophone vault") == []


async def test_a_search_may_stay_below_one_notebook(ada: Caller, eve: Caller) -> None:
    rivers, lakes = await ada.notebook("R"), await ada.notebook("L")
    elbe = await ada.notebook("E", parentId=rivers)
    await uploaded(ada, elbe, "elbe.txt", b"The ferry crosses at noon.")
    await uploaded(ada, lakes, "lake.txt", b"The ferry crosses at midnight.")

    for mode in ("FULLTEXT", "SEMANTIC"):
        assert await names(ada, "ferry", mode=mode, **{"in": rivers}) == ["elbe.txt"]
        assert sorted(await names(ada, "ferry", mode=mode)) == ["elbe.txt", "lake.txt"]
    for caller, notebook in ((eve, rivers), (ada, "notebook_none")):
        assert await caller.faults(SEARCH, query="ferry", **{"in": notebook}) == ["NOTEBOOK_NOT_FOUND"]


async def test_what_is_deleted_or_moved_is_found_where_it_now_is(ada: Caller) -> None:
    here, there = await ada.notebook("Here"), await ada.notebook("There")
    book = await ada.notebook("Book", parentId=here)
    await uploaded(ada, book, "moved.txt", b"The lighthouse keeper counts ships.")

    async def found(mode: str, notebook: str | None = None) -> list[str]:
        return await names(ada, "lighthouse keeper", mode=mode, **{"in": notebook})

    await ada.do("moveNotebook", id=book, parentId=there)
    await settled(ada, book)
    for mode in ("FULLTEXT", "SEMANTIC"):
        assert await found(mode, there) == ["moved.txt"]
        assert await found(mode, here) == []

    await ada.do("deleteNotebook", id=book)
    assert await found("FULLTEXT") == await found("SEMANTIC") == []
    await ada.do("restoreNotebook", id=book)
    await settled(ada, book)
    assert await found("FULLTEXT") == await found("SEMANTIC") == ["moved.txt"]


async def settled(caller: Caller, notebook: str) -> None:
    """Wait until every job of a notebook is over."""
    query = "query ($id: ID!) { notebook(id: $id) { uploadJobs { id } } }"
    for job in (await caller.ask(query, id=notebook))["notebook"]["uploadJobs"]:
        await caller.over(job["id"])


@pytest.mark.parametrize(
    ("asked", "code"),
    [
        ({"query": ""}, "INVALID"),
        ({"query": "   "}, "INVALID"),
        ({"query": "x" * 1_001}, "INVALID"),
        ({"query": "a\x00b"}, "INVALID"),
        ({"query": "a", "first": 0}, "INVALID"),
        ({"query": "a", "first": 101}, "INVALID"),
    ],
    ids=str,
)
async def test_what_cannot_be_searched_is_refused(ada: Caller, asked: dict[str, object], code: str) -> None:
    await ada.notebook()

    assert await ada.faults(SEARCH, **asked) == [code]


@pytest.mark.parametrize(
    "query",
    [
        '"',
        '"unclosed',
        "a AND",
        "NOT",
        "(",
        "a:b",
        "field:*",
        "*",
        "?",
        "a~2",
        "a^9",
        "\\",
        "[a TO b]",
        "-",
        "/a/",
        "ü🙂",
    ],
)
async def test_no_sign_has_a_power_of_its_own(ada: Caller, query: str) -> None:
    await ada.notebook("Signs")

    for mode in ("FULLTEXT", "HYBRID"):
        assert isinstance(await hits(ada, query, mode=mode), list)
