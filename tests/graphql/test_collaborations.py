"""Collaborations in the API."""

from typing import Any

import pytest

from tests.graphql.house import Caller

COLLABORATORS = """
query ($id: ID!) { notebook(id: $id) {
  collaborators { permission status message user { username } grantedBy { username } notebook { id } }
} }
"""
INVITATIONS = (
    "{ invitations { notebookId permission status message grantedBy { username } notebook { id } } }"
)
READ = "query ($id: ID!) { notebook(id: $id) { name viewerPermission } }"


async def collaborators(caller: Caller, id: str) -> Any:
    return (await caller.ask(COLLABORATORS, id=id))["notebook"]["collaborators"]


@pytest.mark.engines
async def test_an_invitation_lets_in_once_it_is_accepted(ada: Caller, ben: Caller) -> None:
    notebook = await ada.notebook()
    below = await ada.notebook("Below", parentId=notebook)

    await ada.do(
        "shareNotebook", id=notebook, userIds=[await ben.id()], permission="WRITE", message="Come in."
    )

    assert (await ben.ask(INVITATIONS))["invitations"] == [
        {
            "notebookId": notebook,
            "permission": "WRITE",
            "status": "PENDING",
            "message": "Come in.",
            "grantedBy": {"username": "ada"},
            "notebook": None,
        }
    ]
    assert await ben.ask(READ, id=notebook) == {"notebook": None}

    accepted = await ben.do("acceptCollaboration", "notebook { name }", id=notebook)
    assert accepted["notebook"] == {"name": "Currents"}
    assert await ben.ask(INVITATIONS) == {"invitations": []}
    assert await ben.ask(READ, id=below) == {"notebook": {"name": "Below", "viewerPermission": "WRITE"}}
    (found,) = await collaborators(ada, notebook)
    assert (found["user"], found["status"], found["permission"]) == ({"username": "ben"}, "ACTIVE", "WRITE")


async def test_permissions_include_those_before_them(ada: Caller, ben: Caller, eve: Caller) -> None:
    notebook, user, other = await ada.notebook(), await ben.id(), await eve.id()
    await ada.share(notebook, ben)
    attempts = (
        ("WRITE", "updateNotebook", {"id": notebook, "changes": {"tags": ["x"]}}),
        ("WRITE", "createNotebook", {"name": "Below", "parentId": notebook}),
        ("ADMIN", "updateNotebook", {"id": notebook, "changes": {"visibility": "PUBLIC"}}),
        ("ADMIN", "shareNotebook", {"id": notebook, "userIds": [other]}),
        ("ADMIN", "archiveNotebook", {"id": notebook, "archived": False}),
    )

    for place, held in enumerate(("READ", "COMMENT", "WRITE", "ADMIN")):
        given = [{"userId": user, "permission": held}]
        await ada.do("setNotebookPermissions", id=notebook, permissions=given)
        for wanted, mutation, input in attempts:
            errors = (await ben.payload(mutation, **input))["userErrors"]
            allowed = place >= ("READ", "COMMENT", "WRITE", "ADMIN").index(wanted)
            assert [error["code"] for error in errors] == ([] if allowed else ["PERMISSION_REQUIRED"])


async def test_a_collaboration_ends_when_it_is_revoked(ada: Caller, ben: Caller) -> None:
    notebook = await ada.notebook()
    await ada.share(notebook, ben)

    ended = await ada.do("revokeCollaboration", "notebookId", id=notebook, userId=await ben.id())

    assert ended["notebookId"] == notebook
    assert await ben.ask(READ, id=notebook) == {"notebook": None}
    assert await collaborators(ada, notebook) == []
    assert await ben.refused("acceptCollaboration", id=notebook) == ("COLLABORATION_NOT_FOUND", [])
    await ada.share(notebook, ben)
    assert await ben.ask(READ, id=notebook) != {"notebook": None}


async def test_whoever_takes_part_may_leave(ada: Caller, ben: Caller) -> None:
    notebook = await ada.notebook()
    await ada.share(notebook, ben)

    await ben.do("revokeCollaboration", id=notebook)

    assert await ben.ask(READ, id=notebook) == {"notebook": None}
    assert await ben.refused("revokeCollaboration", id=notebook) == ("COLLABORATION_NOT_FOUND", [])


async def test_what_cannot_be_shared_is_refused(ada: Caller, ben: Caller, mallory: Caller) -> None:
    notebook, user = await ada.notebook(), await ben.id()

    for code, field, input in (
        ("TOO_MANY_USERS", ["input", "userIds"], {"userIds": []}),
        ("TOO_MANY_USERS", ["input", "userIds"], {"userIds": [f"user_{n}" for n in range(101)]}),
        ("USER_NOT_FOUND", [], {"userIds": [user, "user_none"]}),
        ("USER_NOT_FOUND", [], {"userIds": [await mallory.id()]}),
        ("OWNER_COLLABORATES", [], {"userIds": [await ada.id()]}),
        ("INVALID", ["input", "message"], {"userIds": [user], "message": "x" * 1_001}),
    ):
        assert await ada.refused("shareNotebook", id=notebook, **input) == (code, field)
    assert await collaborators(ada, notebook) == []
    assert await ada.refused(
        "setNotebookPermissions", id=notebook, permissions=[{"userId": user, "permission": "READ"}]
    ) == ("COLLABORATION_NOT_FOUND", [])


async def test_an_empty_id_is_nobodys(ada: Caller, ben: Caller) -> None:
    notebook = await ada.notebook()
    await ada.share(notebook, ben)

    refused = await ben.refused("revokeCollaboration", id=notebook, userId="")
    assert refused == ("PERMISSION_REQUIRED", [])
    assert await ben.ask(READ, id=notebook) != {"notebook": None}
