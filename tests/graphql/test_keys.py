"""API keys in the API."""

from datetime import datetime, timedelta

import pytest

from aether.domain import admission
from tests.graphql.house import Caller

KEYS = "{ apiKeys { id name hint permission createdAt expiresAt lastUsedAt revokedAt } }"


async def made(caller: Caller, permission: str = "READ", **more: object) -> Caller:
    """The program that a new key of *caller* lets in."""
    secret = (await caller.do("createApiKey", "secret", name="Script", permission=permission, **more))[
        "secret"
    ]
    return caller.house.caller(**{"X-API-Key": secret})


@pytest.mark.engines
async def test_a_key_lets_in_as_its_owner(ada: Caller) -> None:
    payload = await ada.do("createApiKey", "secret apiKey { hint permission }", name="Script", days=7)
    program = ada.house.caller(**{"X-API-Key": payload["secret"]})

    assert await program.id() == await ada.id()
    (key,) = (await ada.ask(KEYS))["apiKeys"]
    assert (key["name"], key["permission"], key["revokedAt"]) == ("Script", "READ", None)
    assert payload["secret"].startswith(key["hint"])
    assert len(key["hint"]) < 10
    assert key["lastUsedAt"] is not None
    lasts = datetime.fromisoformat(key["expiresAt"]) - datetime.fromisoformat(key["createdAt"])
    assert lasts == timedelta(days=7)


async def test_a_secret_is_shown_once(ada: Caller) -> None:
    secret = (await ada.do("createApiKey", "secret", name="Script"))["secret"]

    assert secret not in str(await ada.ask(KEYS))
    fields = (await ada.ask('{ __type(name: "ApiKey") { fields { name } } }'))["__type"]["fields"]
    assert {"secret", "digest"} & {field["name"] for field in fields} == set()


async def test_a_revoked_key_lets_nobody_in(ada: Caller, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(admission, "REMEMBERED_FOR", timedelta())
    program = await made(ada)
    (key,) = (await ada.ask(KEYS))["apiKeys"]

    first = await ada.do("revokeApiKey", "apiKey { revokedAt }", id=key["id"])
    again = await ada.do("revokeApiKey", "apiKey { revokedAt }", id=key["id"])

    assert first["apiKey"] == again["apiKey"] != {"revokedAt": None}
    assert await program.faults("{ viewer { id } }") == ["API_KEY_INVALID"]


async def test_keys_are_ones_own(ada: Caller, ben: Caller) -> None:
    await made(ada)
    (key,) = (await ada.ask(KEYS))["apiKeys"]

    assert (await ben.ask(KEYS))["apiKeys"] == []
    assert await ben.refused("revokeApiKey", id=key["id"]) == ("API_KEY_NOT_FOUND", [])
    assert await ben.refused("revokeApiKey", id="key_none") == ("API_KEY_NOT_FOUND", [])


@pytest.mark.parametrize(
    ("input", "field"),
    [
        ({"name": ""}, "name"),
        ({"name": "x" * 101}, "name"),
        ({"name": "x", "days": 0}, "days"),
        ({"name": "x", "days": 366}, "days"),
    ],
    ids=str,
)
async def test_a_key_that_cannot_be_made_is_refused(
    ada: Caller, input: dict[str, object], field: str
) -> None:
    assert await ada.refused("createApiKey", **input) == ("INVALID", ["input", field])


async def test_one_person_has_fifty_keys_and_no_more(ada: Caller) -> None:
    for _ in range(50):
        await made(ada)

    assert await ada.refused("createApiKey", name="One more") == ("TOO_MANY_API_KEYS", ["input", "name"])


async def test_no_key_may_do_more_than_it_was_made_for(ada: Caller) -> None:
    notebook = await ada.notebook()
    reader, writer = await made(ada, "READ"), await made(ada, "WRITE")

    seen = await reader.ask("query ($id: ID!) { notebook(id: $id) { viewerPermission } }", id=notebook)
    assert seen == {"notebook": {"viewerPermission": "READ"}}
    assert await reader.refused("updateNotebook", id=notebook, changes={}) == ("PERMISSION_REQUIRED", [])
    await writer.do("updateNotebook", id=notebook, changes={"name": "Written"})
    assert await writer.refused("archiveNotebook", id=notebook) == ("PERMISSION_REQUIRED", [])
    assert (await reader.refused("createApiKey", name="More", permission="ADMIN"))[0] != ""
