"""Notebooks in the API."""

from typing import Any

import pytest

from tests.graphql.house import Caller

SHOWN = """
  id name description visibility status tags documentCount totalSizeBytes version viewerPermission
  viewerHasStarred starCount owner { username } parent { name } ancestors { name }
  compliance { regimes classification retentionDays scanForPersonalData redactPersonalData legalHold }
"""
LIST = """
query ($first: Int, $after: String, $filter: NotebookFilter, $by: NotebookOrder! = NAME) {
  notebooks(first: $first, after: $after, filter: $filter, orderBy: $by) {
    totalCount
    edges { cursor node { name } }
    pageInfo { hasNextPage hasPreviousPage startCursor endCursor }
  }
}
"""


async def shown(caller: Caller, id: str) -> Any:
    query = f"query ($id: ID!) {{ notebook(id: $id) {{ {SHOWN} }} }}"
    return (await caller.ask(query, id=id))["notebook"]


async def names(caller: Caller, **variables: object) -> list[str]:
    found = (await caller.ask(LIST, **variables))["notebooks"]
    return [edge["node"]["name"] for edge in found["edges"]]


@pytest.mark.engines
async def test_a_notebook_is_made_as_it_was_described(ada: Caller) -> None:
    top = await ada.notebook("Rivers")
    compliance = {"regimes": ["GDPR"], "classification": "CONFIDENTIAL", "retentionDays": 30}

    made = await ada.do(
        "createNotebook",
        f"notebook {{ {SHOWN} }}",
        name="  The   Elbe ",
        parentId=top,
        description="Where it floods.",
        visibility="PUBLIC",
        tags=["river", "river", "flood"],
        compliance=compliance,
    )

    notebook = made["notebook"]
    assert notebook == await shown(ada, notebook["id"])
    assert notebook.pop("id").startswith("notebook_")
    assert notebook == {
        "name": "The Elbe",
        "description": "Where it floods.",
        "visibility": "PUBLIC",
        "status": "ACTIVE",
        "tags": ["river", "flood"],
        "documentCount": 0,
        "totalSizeBytes": 0,
        "version": 1,
        "viewerPermission": "ADMIN",
        "viewerHasStarred": False,
        "starCount": 0,
        "owner": {"username": "ada"},
        "parent": {"name": "Rivers"},
        "ancestors": [{"name": "Rivers"}],
        "compliance": {
            "regimes": ["GDPR"],
            "classification": "CONFIDENTIAL",
            "retentionDays": 30,
            "scanForPersonalData": True,
            "redactPersonalData": False,
            "legalHold": False,
        },
    }


@pytest.mark.parametrize(
    ("given", "code", "field"),
    [
        ({"name": ""}, "INVALID", ["input", "name"]),
        ({"name": "x" * 256}, "INVALID", ["input", "name"]),
        ({"name": "a\u202eb"}, "INVALID", ["input", "name"]),
        ({"name": "a", "description": "x" * 10_001}, "INVALID", ["input", "description"]),
        ({"name": "a", "tags": [f"{n}" for n in range(51)]}, "INVALID", ["input", "tags"]),
        ({"name": "a", "tags": ["x" * 65]}, "INVALID", ["input", "tags"]),
        ({"name": "a", "parentId": "notebook_none"}, "NOTEBOOK_NOT_FOUND", []),
        (
            {"name": "a", "compliance": {"retentionDays": 0}},
            "INVALID",
            ["input", "compliance", "retentionDays"],
        ),
        (
            {"name": "a", "compliance": {"scanForPersonalData": False, "redactPersonalData": True}},
            "COMPLIANCE_INVALID",
            ["input", "compliance", "redactPersonalData"],
        ),
    ],
    ids=lambda it: str(it)[:40] if isinstance(it, dict) else None,
)
async def test_what_cannot_be_made_is_refused_by_field(
    ada: Caller, given: dict[str, object], code: str, field: list[str]
) -> None:
    assert await ada.refused("createNotebook", **given) == (code, field)
    assert await names(ada) == []


async def test_a_change_touches_what_it_names(ada: Caller) -> None:
    notebook = await ada.notebook(description="Old.", tags=["old"])

    await ada.do("updateNotebook", id=notebook, changes={"name": "New"}, version=1)
    changed = await shown(ada, notebook)

    assert (changed["name"], changed["description"], changed["tags"], changed["version"]) == (
        "New",
        "Old.",
        ["old"],
        2,
    )
    emptied = await ada.do(
        "updateNotebook",
        "notebook { tags description }",
        id=notebook,
        changes={"tags": [], "description": ""},
    )
    assert emptied["notebook"] == {"tags": [], "description": ""}


@pytest.mark.parametrize(
    ("mutation", "more"),
    [
        ("updateNotebook", {"changes": {"name": "Mine"}}),
        ("moveNotebook", {}),
        ("archiveNotebook", {}),
        ("deleteNotebook", {}),
        ("updateComplianceSettings", {"compliance": {}}),
    ],
)
async def test_whoever_saw_an_older_version_changes_nothing(
    ada: Caller, mutation: str, more: dict[str, object]
) -> None:
    top = await ada.notebook()
    notebook = await ada.notebook("Elbe", parentId=top)
    await ada.do("updateNotebook", id=notebook, changes={"name": "Oder"}, version=1)
    before = await shown(ada, notebook)

    refused = await ada.refused(mutation, id=notebook, version=1, **more)

    assert refused == ("NOTEBOOK_STALE", [])
    assert await shown(ada, notebook) == before


@pytest.mark.engines
async def test_a_notebook_is_moved_with_all_below_it(ada: Caller) -> None:
    rivers, archive = await ada.notebook("Rivers"), await ada.notebook("Archive")
    elbe = await ada.notebook("Elbe", parentId=rivers)
    notes = await ada.notebook("Notes", parentId=elbe)

    await ada.do("moveNotebook", id=elbe, parentId=archive)
    assert [it["name"] for it in (await shown(ada, notes))["ancestors"]] == ["Archive", "Elbe"]

    await ada.do("moveNotebook", id=elbe)
    assert (await shown(ada, elbe))["parent"] is None
    assert await ada.refused("moveNotebook", id=elbe, parentId=notes) == ("NOTEBOOK_CYCLE", [])
    assert await ada.refused("moveNotebook", id=elbe, parentId=elbe) == ("NOTEBOOK_CYCLE", [])


async def test_notebooks_nest_twenty_levels_deep_and_no_more(ada: Caller) -> None:
    deepest: str | None = None
    for level in range(20):
        deepest = await ada.notebook(f"Level {level}", parentId=deepest)

    refused = await ada.refused("createNotebook", name="Too deep", parentId=deepest)
    assert refused == ("NOTEBOOK_TOO_DEEP", ["input", "parentId"])
    assert len((await shown(ada, str(deepest)))["ancestors"]) == 19


async def test_an_archived_notebook_can_be_read_and_nothing_else(ada: Caller) -> None:
    notebook = await ada.notebook()
    await ada.do("archiveNotebook", id=notebook)

    assert (await shown(ada, notebook))["status"] == "ARCHIVED"
    for mutation, more in (
        ("updateNotebook", {"id": notebook, "changes": {"name": "Other"}}),
        ("moveNotebook", {"id": notebook}),
        ("createNotebook", {"name": "Below", "parentId": notebook}),
    ):
        assert await ada.refused(mutation, **more) == ("NOTEBOOK_ARCHIVED", []), mutation
    assert (await ada.put(notebook, "a.txt", b"text")).json()["error"]["code"] == "NOTEBOOK_ARCHIVED"

    await ada.do("archiveNotebook", id=notebook, archived=False)
    await ada.do("updateNotebook", id=notebook, changes={"name": "Other"})


@pytest.mark.engines
async def test_a_deleted_notebook_lies_in_the_trash_and_comes_back_whole(ada: Caller, eve: Caller) -> None:
    rivers = await ada.notebook("Rivers")
    elbe = await ada.notebook("Elbe", parentId=rivers)
    document, _ = await ada.upload(elbe)

    gone = await ada.do("deleteNotebook", "notebookId", id=rivers)
    assert gone["notebookId"] == rivers
    assert await shown(ada, elbe) is None
    assert await names(ada, filter={"shelf": "TRASH"}) == ["Rivers"]
    assert await eve.refused("restoreNotebook", id=rivers) == ("NOTEBOOK_NOT_FOUND", [])

    await ada.do("restoreNotebook", id=rivers)
    assert await names(ada) == ["Elbe", "Rivers"]
    query = "query ($id: ID!) { document(id: $id) { notebook { name } } }"
    assert await ada.ask(query, id=document) == {"document": {"notebook": {"name": "Elbe"}}}
    assert await ada.refused("restoreNotebook", id=rivers) == ("NOTEBOOK_NOT_FOUND", [])


async def test_what_is_held_is_not_deleted(ada: Caller) -> None:
    rivers = await ada.notebook()
    await ada.notebook("Held", parentId=rivers, compliance={"legalHold": True})

    assert await ada.refused("deleteNotebook", id=rivers) == ("NOTEBOOK_HELD", [])
    results = (await ada.do("bulkDeleteNotebooks", "results { ok }", ids=[rivers]))["results"]
    assert results == [{"ok": False}]


async def test_stars_are_counted_once_for_each_person(ada: Caller, ben: Caller) -> None:
    notebook = await ada.notebook(visibility="PUBLIC")

    for caller in (ada, ada, ben):
        await caller.do("starNotebook", id=notebook)
    starred = await shown(ben, notebook)
    await ben.do("unstarNotebook", id=notebook)
    await ben.do("unstarNotebook", id=notebook)
    after = await shown(ben, notebook)

    assert (starred["viewerHasStarred"], starred["starCount"]) == (True, 2)
    assert (after["viewerHasStarred"], after["starCount"]) == (False, 1)
    assert await names(ada, filter={"shelf": "STARRED"}) == ["Currents"]


async def test_a_look_is_recorded(ada: Caller) -> None:
    notebook = await ada.notebook()

    await ada.do("recordView", id=notebook, durationSeconds=12)
    for seconds in (-1, 86_401):
        refused = await ada.refused("recordView", id=notebook, durationSeconds=seconds)
        assert refused == ("INVALID", ["input", "durationSeconds"])


async def test_many_are_changed_each_by_itself(ada: Caller, eve: Caller) -> None:
    mine, theirs = [await ada.notebook(name) for name in "ab"], await eve.notebook()

    payload = await ada.do(
        "bulkUpdateNotebooks",
        "results { id ok userErrors { code } }",
        ids=[mine[0], theirs, "nonsense", mine[1]],
        changes={"tags": ["done"]},
    )

    missing = [{"code": "NOTEBOOK_NOT_FOUND"}]
    assert payload["results"] == [
        {"id": mine[0], "ok": True, "userErrors": []},
        {"id": theirs, "ok": False, "userErrors": missing},
        {"id": "nonsense", "ok": False, "userErrors": missing},
        {"id": mine[1], "ok": True, "userErrors": []},
    ]
    assert (await shown(ada, mine[1]))["tags"] == ["done"]


@pytest.mark.parametrize("count", [0, 101])
async def test_so_many_are_changed_at_once_and_no_more(ada: Caller, count: int) -> None:
    ids = [f"notebook_{number}" for number in range(count)]

    assert await ada.refused("bulkDeleteNotebooks", ids=ids) == ("INVALID", ["input", "ids"])
    assert await ada.refused("bulkUpdateNotebooks", ids=ids, changes={}) == ("INVALID", ["input", "ids"])


@pytest.mark.engines
async def test_a_copy_has_what_its_maker_sees(ada: Caller, ben: Caller) -> None:
    rivers = await ada.notebook("Rivers")
    elbe = await ada.notebook("Elbe", parentId=rivers)
    await ada.upload(elbe, "gauges.txt")
    await ada.share(rivers, ben)

    made = (await ben.do("forkNotebook", "notebook { id }", id=rivers, name="My rivers"))["notebook"]
    bare = await ada.do("duplicateNotebook", "notebook { id }", id=rivers, withDocuments=False)

    query = """
    query ($id: ID!) { notebook(id: $id) {
      name owner { username } visibility
      children { edges { node { name documentCount documents { edges { node { name } } } } } }
    } }
    """
    documents = {"edges": [{"node": {"name": "gauges.txt"}}]}
    copied = {"name": "Elbe", "documentCount": 1, "documents": documents}
    assert (await ben.ask(query, id=made["id"]))["notebook"] == {
        "name": "My rivers",
        "owner": {"username": "ben"},
        "visibility": "PRIVATE",
        "children": {"edges": [{"node": copied}]},
    }
    empty = {"name": "Elbe", "documentCount": 0, "documents": {"edges": []}}
    found = (await ada.ask(query, id=bare["notebook"]["id"]))["notebook"]
    assert found["children"] == {"edges": [{"node": empty}]}
    assert await shown(ada, made["id"]) is None


@pytest.mark.engines
async def test_whatever_was_done_is_told_the_latest_first(ada: Caller, ben: Caller) -> None:
    notebook = await ada.notebook()
    await ada.share(notebook, ben, "WRITE")
    await ben.do("updateNotebook", id=notebook, changes={"name": "Torrents"})

    query = """
    query ($id: ID!, $after: String) { notebook(id: $id) { activity(first: 2, after: $after) {
      totalCount pageInfo { endCursor hasNextPage } edges { node { verb actor { username } } }
    } } }
    """
    first = (await ada.ask(query, id=notebook))["notebook"]["activity"]
    after = first["pageInfo"]["endCursor"]
    second = (await ada.ask(query, id=notebook, after=after))["notebook"]["activity"]

    told = [edge["node"] for page in (first, second) for edge in page["edges"]]
    assert [(it["verb"], it["actor"]["username"]) for it in told] == [
        ("notebook_updated", "ben"),
        ("collaboration_accepted", "ben"),
        ("notebook_shared", "ada"),
        ("notebook_created", "ada"),
    ]
    assert (first["totalCount"], second["pageInfo"]["hasNextPage"]) == (4, False)
