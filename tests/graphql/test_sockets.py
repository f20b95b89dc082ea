"""Operations over WebSocket, by `graphql-transport-ws`."""

import asyncio
from datetime import timedelta

import pytest

from aether.domain import admission
from aether.domain.users import Role
from aether.graphql import http
from tests.graphql.house import Caller, House
from tests.graphql.wire import Wire, dialled, talking

VIEWER = "{ viewer { username } }"
CHANGES = "subscription ($id: ID!, $after: String) { notebookChanged(id: $id, after: $after) { %s } }"
CHANGED = CHANGES % "cursor gap kind details actor { username } notebook { name version }"
PROGRESS = """
subscription ($id: ID!, $after: String) {
  jobProgress(id: $id, after: $after) { cursor gap done of job { id status stage progress attempt finishedAt } }
}
"""
RENAME = {"changes": {"name": "Torrents"}}


async def test_whoever_has_a_token_is_let_in(house: House, here: str) -> None:
    async with talking(house, house.token("ada", of=here)) as wire:
        await wire.subscribe(VIEWER)

        assert await wire.rest() == [{"viewer": {"username": "ada"}}]


async def test_a_token_may_come_with_the_request_too(house: House, here: str) -> None:
    async with dialled(house, Authorization=f"Bearer {house.token('ada', of=here)}") as wire:
        await wire.send({"type": "connection_init"})
        await wire.heard()
        await wire.subscribe(VIEWER)

        assert await wire.rest() == [{"viewer": {"username": "ada"}}]


async def test_an_api_key_lets_in_too(house: House, ada: Caller) -> None:
    made = await ada.do("createApiKey", "secret", name="Script")

    async with dialled(house) as wire:
        await wire.send({"type": "connection_init", "payload": {"X-API-Key": made["secret"]}})
        await wire.heard()
        await wire.subscribe(VIEWER)

        assert await wire.rest() == [{"viewer": {"username": "ada"}}]


async def test_a_cookie_counts_on_our_own_pages_only(house: House, here: str) -> None:
    cookie = f"aether_token={house.token('ada', of=here)}"

    for origin, seen in ((house.settings.origin, {"username": "ada"}), ("https://evil.example", None)):
        async with dialled(house, Cookie=cookie, Origin=origin) as wire:
            await wire.send({"type": "connection_init"})
            await wire.heard()
            await wire.subscribe(VIEWER)

            assert await wire.rest() == [{"viewer": seen}]


async def test_who_says_nothing_is_nobody(house: House) -> None:
    async with talking(house) as wire:
        await wire.subscribe(VIEWER)
        assert await wire.rest() == [{"viewer": None}]

        await wire.subscribe(CHANGED, id="2", **{"id": "notebook_1"}) if False else None
        await wire.send(
            {"type": "subscribe", "id": "2", "payload": {"query": CHANGED, "variables": {"id": "notebook_1"}}}
        )
        assert await wire.fault("2") == "UNAUTHENTICATED"


@pytest.mark.parametrize("payload", [{"Authorization": "Bearer nonsense"}, {"X-API-Key": "aek_nonsense"}])
async def test_a_bad_token_closes_the_socket(house: House, payload: dict[str, str]) -> None:
    async with dialled(house) as wire:
        await wire.send({"type": "connection_init", "payload": payload})

        assert await wire.closed() == 4403
