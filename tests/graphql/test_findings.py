"""What is sensitive in documents, in the API."""

import pytest

from tests.graphql.house import Caller

pytestmark = pytest.mark.usefixtures("at_work")

FINDINGS = """
query ($id: ID!, $first: Int! = 20, $after: String) { document(id: $id) { piiDetected
  findings(first: $first, after: $after) {
    totalCount edges { node { id kind masked confidence page start end } } pageInfo { endCursor hasNextPage }
  }
} }
"""
NODE = "query ($id: ID!) { node(id: $id) { __typename ... on Finding { id masked } } }"
TEXT = "\n\n".join(f"Person {number} is person{number}@example.org." for number in range(7))


@pytest.mark.engines
async def test_findings_come_in_order_and_in_pages(ada: Caller) -> None:
    document, job = await ada.upload(await ada.notebook(), "people.txt", TEXT.encode())
    await ada.over(job)

    first = (await ada.ask(FINDINGS, id=document, first=3))["document"]
    after = first["findings"]["pageInfo"]["endCursor"]
    rest = (await ada.ask(FINDINGS, id=document, after=after))["document"]["findings"]

    edges = [*first["findings"]["edges"], *rest["edges"]]
    told = [edge["node"] for edge in edges]
    assert first["piiDetected"] is True
    assert first["findings"]["totalCount"] == rest["totalCount"] == len(told) == 7
    assert (first["findings"]["pageInfo"]["hasNextPage"], rest["pageInfo"]["hasNextPage"]) == (True, False)
    for number, it in enumerate(told):
        value = f"person{number}@example.org"
        assert TEXT[it["start"] : it["end"]] == value
        assert (it["kind"], it["masked"], it["page"]) == ("EMAIL", "p•••@e•••.org", None)
        assert 0.9 < it["confidence"] <= 1
    chunks = "query ($id: ID!, $c: String) { document(id: $id) { chunks(after: $c) { totalCount } } }"
    assert await ada.faults(chunks, id=document, c=after) == ["CURSOR_INVALID"]
    for many in (0, 101):
        assert await ada.faults(FINDINGS, id=document, first=many) == ["INVALID"]


@pytest.mark.engines
async def test_who_may_read_the_text_may_see_what_is_sensitive_and_nobody_else(
    ada: Caller, ben: Caller, eve: Caller, mallory: Caller, nobody: Caller
) -> None:
    notebook = await ada.notebook()
    document, job = await ada.upload(notebook, "people.txt", TEXT.encode())
    await ada.over(job)
    await ada.share(notebook, ben, "READ")
    shown = await ada.ask(FINDINGS, id=document)
    finding = shown["document"]["findings"]["edges"][0]["node"]["id"]

    seen = (await ben.ask(FINDINGS, id=document))["document"]
    assert seen["piiDetected"]
    assert seen["findings"]["edges"] == shown["document"]["findings"]["edges"]
    assert (await ben.ask(NODE, id=finding))["node"]["__typename"] == "Finding"
    for stranger in (eve, mallory):
        assert await stranger.ask(FINDINGS, id=document) == {"document": None}
        assert await stranger.ask(NODE, id=finding) == {"node": None}
    assert await nobody.faults(NODE, id=finding) == ["UNAUTHENTICATED"]
    await ada.do("revokeCollaboration", id=notebook, userId=await ben.id())
    assert await ben.ask(NODE, id=finding) == {"node": None}


async def test_a_document_that_is_not_understood_yet_has_none(ada: Caller) -> None:
    document, job = await ada.upload(await ada.notebook(), "broken.pdf", b"%PDF-1.7\nada@example.org")
    await ada.over(job)

    assert (await ada.ask(FINDINGS, id=document))["document"] == {
        "piiDetected": False,
        "findings": {
            "totalCount": 0,
            "edges": [],
            "pageInfo": {"endCursor": None, "hasNextPage": False},
        },
    }
