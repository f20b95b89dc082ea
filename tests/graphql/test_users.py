"""Users in the API."""

from datetime import timedelta
from typing import Any

import pytest

from aether.domain import admission
from aether.domain.users import Role
from tests.graphql.house import Caller, House

SEARCH = """
query ($text: String!, $first: Int, $after: String) { searchUsers(text: $text, first: $first, after: $after) {
  totalCount edges { node { username } } pageInfo { endCursor }
} }
"""
ADMIN = (
    "query ($text: String!) { adminUsers(text: $text) { edges { node { username email status roles } } } }"
)


async def found(caller: Caller, text: str, **more: object) -> list[str]:
    page = (await caller.ask(SEARCH, text=text, **more))["searchUsers"]
    return [edge["node"]["username"] for edge in page["edges"]]


@pytest.mark.engines
async def test_a_person_appears_at_first_sight(ada: Caller, here: str) -> None:
    viewer = (await ada.ask("{ viewer { id username fullName email roles status permissions } }"))["viewer"]

    assert viewer.pop("id").startswith("user_")
    assert viewer == {
        "username": "ada",
        "fullName": "Ada",
        "email": f"ada@{here}.example",
        "roles": ["USER"],
        "status": "ACTIVE",
        "permissions": [
            "documents:read",
            "documents:write",
            "keys:write",
            "notebooks:read",
            "notebooks:write",
            "search:read",
        ],
    }


async def test_preferences_are_merged(ada: Caller) -> None:
    await ada.do("updatePreferences", preferences={"theme": "dark", "size": 12, "nested": {"a": [1, None]}})
    changed = await ada.do(
        "updatePreferences", "viewer { preferences }", preferences={"size": None, "é": "ü"}
    )

    assert changed["viewer"]["preferences"] == {"theme": "dark", "nested": {"a": [1, None]}, "é": "ü"}


def nested(levels: int) -> Any:
    value: object = 1
    for _ in range(levels):
        value = [value]
    return value


@pytest.mark.parametrize(
    ("preferences", "code"),
    [
        ([], "INVALID"),
        ("text", "INVALID"),
        ({"a": "x" * 17_000}, "PREFERENCES_TOO_LARGE"),
        ({"a": nested(20)}, "INVALID"),
        ({"a": nested(900)}, "INVALID"),
    ],
    ids=["a list", "a text", "too large", "deep", "deeper"],
)
async def test_preferences_that_cannot_be_kept_are_refused(
    ada: Caller, preferences: object, code: str
) -> None:
    assert await ada.refused("updatePreferences", preferences=preferences) == (code, ["input", "preferences"])
    assert (await ada.ask("{ viewer { preferences } }"))["viewer"] == {"preferences": {}}


@pytest.mark.parametrize("number", ["99999999999999999999", "-99999999999999999999", "1e999"])
async def test_numbers_that_few_programs_can_hold_are_refused(ada: Caller, number: str) -> None:
    input = f"{{preferences: {{a: {number}}}}}"
    query = f"mutation {{ updatePreferences(input: {input}) {{ userErrors {{ code }} }} }}"

    assert await ada.ask(query) == {"updatePreferences": {"userErrors": [{"code": "INVALID"}]}}
    assert await ada.ask("{ viewer { preferences } }") == {"viewer": {"preferences": {}}}


@pytest.mark.engines
async def test_people_of_ones_organisation_are_found(ada: Caller, ben: Caller, mallory: Caller) -> None:
    for caller in (ada, ben, mallory):
        await caller.id()

    assert await found(ada, "") == ["ada", "ben"]
    assert await found(ada, "BE") == ["ben"]
    assert await found(ada, "mallory") == []
    page = (await ada.ask(SEARCH, text="", first=1))["searchUsers"]
    assert await found(ada, "", after=page["pageInfo"]["endCursor"]) == ["ben"]
    assert await ada.faults(SEARCH, text="b", after=page["pageInfo"]["endCursor"]) == ["CURSOR_INVALID"]
    assert await ada.faults(SEARCH, text="x" * 256) == ["INVALID"]


async def test_only_admins_see_accounts_of_others(
    ada: Caller, root: Caller, mallory: Caller, here: str
) -> None:
    for caller in (ada, mallory):
        await caller.id()

    assert await ada.faults(ADMIN, text="") == ["ROLE_REQUIRED"]
    found = (await root.ask(ADMIN, text="ada"))["adminUsers"]["edges"]
    assert found == [
        {"node": {"username": "ada", "email": f"ada@{here}.example", "status": "ACTIVE", "roles": ["USER"]}}
    ]
    assert (await root.ask(ADMIN, text="mallory"))["adminUsers"]["edges"] == []


@pytest.fixture
def seconds(monkeypatch: pytest.MonkeyPatch) -> None:
    """The seconds for which people are remembered at the door have passed."""
    monkeypatch.setattr(admission, "REMEMBERED_FOR", timedelta())


@pytest.mark.engines
@pytest.mark.usefixtures("seconds")
async def test_whoever_is_suspended_is_out(ada: Caller, root: Caller) -> None:
    made = await ada.do("createApiKey", "secret", name="Script")
    key = ada.house.caller(**{"X-API-Key": made["secret"]})
    id = await key.id()

    for status in ("SUSPENDED", "INACTIVE"):
        changed = await root.do("setUserStatus", "account { status }", id=id, status=status)
        assert changed["account"] == {"status": status}
        for caller in (ada, key):
            answer = await caller.client.post("/graphql", json={"query": "{ viewer { id } }"})
            assert answer.status_code == 403
            assert answer.json()["errors"][0]["extensions"]["code"] == "USER_SHUT_OUT"
        assert await found(root, "ada") == []

    await root.do("setUserStatus", id=id, status="ACTIVE")
    assert await ada.id() == id
    assert await key.id() == id


def test_nobody_is_remembered_for_long() -> None:
    assert admission.REMEMBERED_FOR.total_seconds() <= 10


async def test_only_admins_shut_people_out_and_never_themselves(
    ada: Caller, root: Caller, mallory: Caller
) -> None:
    id = await ada.id()

    refused = await ada.refused("setUserStatus", id=await root.id(), status="SUSPENDED")
    assert refused == ("ROLE_REQUIRED", [])
    for code, whom in (
        ("OWN_STATUS", await root.id()),
        ("USER_NOT_FOUND", "user_none"),
        ("USER_NOT_FOUND", await mallory.id()),
    ):
        assert await root.refused("setUserStatus", id=whom, status="SUSPENDED") == (code, [])
    assert await ada.id() == id


async def test_people_are_known_before_they_come(house: House, root: Caller, ada: Caller, here: str) -> None:
    expected = [
        {"subject": f"{here}/ben", "username": "benjamin", "email": "ben@work.example", "fullName": "Ben F."},
        {"subject": f"{here}/ada", "username": "somebody else"},
        {"subject": "", "username": "nameless"},
        {"subject": "x", "username": "x", "email": "no address"},
    ]
    known = await ada.id()

    payload = await root.do(
        "importUsers", "results { subject user { id username } userErrors { code field } }", users=expected
    )

    ben, again, *refused = payload["results"]
    assert (ben["user"]["username"], again["user"]) == ("benjamin", {"id": known, "username": "ada"})
    assert [it["userErrors"][0]["field"] for it in refused] == [
        ["input", "users", "subject"],
        ["input", "users", "email"],
    ]
    notebook = await ada.notebook()
    await ada.do("shareNotebook", id=notebook, userIds=[ben["user"]["id"]])
    arrived = house.person("ben", of=here)
    assert await arrived.id() == ben["user"]["id"]
    await arrived.do("acceptCollaboration", id=notebook)
    assert await ada.refused("importUsers", users=expected) == ("ROLE_REQUIRED", [])


async def test_roles_follow_the_token(house: House, here: str) -> None:
    query = "{ viewer { roles } }"

    for roles in ((Role.USER,), (Role.USER, Role.ADMIN), (Role.VIEWER,)):
        viewer = (await house.person("ada", *roles, of=here).ask(query))["viewer"]
        assert set(viewer["roles"]) == {role.name for role in roles}
