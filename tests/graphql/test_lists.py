"""Lists of notebooks in the API: their pages, and the cursors between them."""

import pytest

from tests.graphql.house import Caller

LIST = """
query ($first: Int, $after: String, $filter: NotebookFilter, $by: NotebookOrder! = NAME) {
  notebooks(first: $first, after: $after, filter: $filter, orderBy: $by) {
    totalCount
    edges { cursor node { name } }
    pageInfo { hasNextPage hasPreviousPage startCursor endCursor }
  }
}
"""


async def names(caller: Caller, **variables: object) -> list[str]:
    found = (await caller.ask(LIST, **variables))["notebooks"]
    return [edge["node"]["name"] for edge in found["edges"]]


@pytest.mark.engines
async def test_lists_come_in_pages(ada: Caller) -> None:
    for name in "dbaec":
        await ada.notebook(name)

    pages, after = [], None
    while True:
        page = (await ada.ask(LIST, first=2, after=after))["notebooks"]
        pages.append([edge["node"]["name"] for edge in page["edges"]])
        assert page["totalCount"] == 5
        assert page["pageInfo"]["hasPreviousPage"] is (after is not None)
        assert page["pageInfo"]["startCursor"] == page["edges"][0]["cursor"]
        after = page["pageInfo"]["endCursor"]
        assert after == page["edges"][-1]["cursor"]
        if not page["pageInfo"]["hasNextPage"]:
            break

    assert pages == [["a", "b"], ["c", "d"], ["e"]]


@pytest.mark.parametrize("first", [0, -1, 101])
async def test_a_page_has_from_one_to_a_hundred_things(ada: Caller, first: int) -> None:
    answer = await ada.answer(LIST, first=first)

    (error,) = answer["errors"]
    assert (error["extensions"]["code"], error["extensions"]["field"]) == ("INVALID", "first")


@pytest.mark.engines
async def test_a_list_is_narrowed(ada: Caller, ben: Caller) -> None:
    rivers = await ada.notebook("Rivers", tags=["water"])
    elbe = await ada.notebook("Elbe", parentId=rivers, tags=["water", "east"])
    await ben.notebook("Mountains", visibility="PUBLIC")
    shared = await ben.notebook("Lakes")
    await ben.share(shared, ada)
    await ada.do("archiveNotebook", id=elbe)

    for filter, wanted in (
        ({}, ["Elbe", "Lakes", "Mountains", "Rivers"]),
        ({"shelf": "OWNED"}, ["Elbe", "Rivers"]),
        ({"shelf": "SHARED"}, ["Lakes"]),
        ({"shelf": "PUBLIC"}, ["Mountains"]),
        ({"shelf": "TOP"}, ["Lakes", "Rivers"]),
        ({"parentId": rivers}, ["Elbe"]),
        ({"text": "IVE"}, ["Rivers"]),
        ({"tag": "water"}, ["Elbe", "Rivers"]),
        ({"status": "ARCHIVED"}, ["Elbe"]),
    ):
        assert await names(ada, filter=filter) == wanted, filter
    assert await names(ada, by="CREATED") == ["Lakes", "Mountains", "Elbe", "Rivers"]


async def test_a_cursor_is_good_for_its_list_and_its_viewer_only(
    ada: Caller, ben: Caller, mallory: Caller
) -> None:
    for name in "abc":
        await ada.notebook(name, visibility="PUBLIC")
    page = (await ada.ask(LIST, first=1))["notebooks"]
    cursor = page["pageInfo"]["endCursor"]

    assert await names(ada, first=1, after=cursor) == ["b"]
    altered = ("A" if cursor[-1] != "A" else "B").join((cursor[:-1], ""))
    swapped = cursor[:20] + ("A" if cursor[20] != "A" else "B") + cursor[21:]
    for wrong in (
        "",
        "nonsense",
        "ü",
        altered,
        swapped,
        cursor[:-4],
        cursor + "AAAA",
        cursor + "=",
        f" {cursor}",
    ):
        assert await ada.faults(LIST, first=1, after=wrong) == ["CURSOR_INVALID"], wrong
    for other in (ben, mallory):
        assert await other.faults(LIST, first=1, after=cursor) == ["CURSOR_INVALID"]
    for different in ({"by": "CREATED"}, {"filter": {"text": "a"}}, {"filter": {"shelf": "OWNED"}}):
        assert await ada.faults(LIST, first=1, after=cursor, **different) == ["CURSOR_INVALID"]
