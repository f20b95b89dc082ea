"""Operations over WebSocket, by `graphql-transport-ws`."""

import asyncio
from datetime import timedelta

import pytest
from websockets.asyncio.client import connect
from websockets.exceptions import ConnectionClosed, InvalidStatus

from aether.domain import admission
from aether.graphql import sockets
from tests.graphql.house import PAGES, Caller, House
from tests.graphql.wire import CHANGED, PROGRESS, Wire, dialled, talking

pytestmark = pytest.mark.usefixtures("at_work")

VIEWER = "{ viewer { username } }"


@pytest.fixture
def at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    """Nobody is remembered at the door."""
    monkeypatch.setattr(admission, "REMEMBERED_FOR", timedelta())


async def test_whoever_has_a_token_is_let_in(wire: Wire) -> None:
    await wire.begin(VIEWER)

    assert await wire.rest() == [{"viewer": {"username": "ada"}}]


async def test_a_token_may_come_with_the_request_too(house: House, here: str) -> None:
    async with dialled(house.settings.origin, Authorization=f"Bearer {house.token('ada', of=here)}") as wire:
        await wire.send({"type": "connection_init", "payload": None})
        await wire.heard()
        await wire.begin(VIEWER)

        assert await wire.rest() == [{"viewer": {"username": "ada"}}]


async def test_an_api_key_lets_in_too(house: House, ada: Caller) -> None:
    made = await ada.do("createApiKey", "secret", name="Script")

    async with dialled(house.settings.origin) as wire:
        await wire.send({"type": "connection_init", "payload": {"X-API-Key": made["secret"]}})
        await wire.heard()
        await wire.begin(VIEWER)

        assert await wire.rest() == [{"viewer": {"username": "ada"}}]


async def test_a_cookie_counts_on_our_own_pages_only(house: House, here: str) -> None:
    cookie = f"aether_token={house.token('ada', of=here)}"

    async with dialled(house.settings.origin, Cookie=cookie, Origin=house.settings.origin) as wire:
        await wire.send({"type": "connection_init"})
        await wire.heard()
        await wire.begin(VIEWER)
        assert await wire.rest() == [{"viewer": {"username": "ada"}}]

    for foreign in ("https://evil.example", "null", f"{PAGES}.evil.example"):
        with pytest.raises(InvalidStatus, match="403"):
            async with dialled(house.settings.origin, Cookie=cookie, Origin=foreign):
                pass


async def test_pages_of_origins_that_are_set_may_ask_too(house: House, here: str) -> None:
    token = house.token("ada", of=here)

    async with dialled(house.settings.origin, Origin=PAGES) as wire:
        await wire.send({"type": "connection_init", "payload": {"Authorization": f"Bearer {token}"}})
        await wire.heard()
        await wire.begin(VIEWER)
        assert await wire.rest() == [{"viewer": {"username": "ada"}}]


async def test_who_says_nothing_is_nobody(nobody: Caller) -> None:
    async with talking(nobody) as wire:
        await wire.begin(VIEWER)
        assert await wire.rest() == [{"viewer": None}]

        await wire.begin(CHANGED, id="notebook_1")
        assert await wire.fault() == "UNAUTHENTICATED"


@pytest.mark.parametrize("shown", ["Bearer nonsense", "Bearer ", "bearer eyJhbGciOiJub25lIn0.e30."])
async def test_a_bad_token_closes_the_socket(house: House, shown: str) -> None:
    async with dialled(house.settings.origin) as wire:
        await wire.send({"type": "connection_init", "payload": {"Authorization": shown}})

        assert await wire.closed() == 4403


async def test_nothing_is_answered_before_the_socket_is_opened(house: House) -> None:
    async with dialled(house.settings.origin) as wire:
        await wire.begin(VIEWER)

        assert await wire.closed() == 4401


async def test_a_socket_is_opened_once(wire: Wire) -> None:
    await wire.send({"type": "connection_init"})

    assert await wire.closed() == 4429


async def test_only_our_protocol_is_spoken(house: House) -> None:
    url = f"{house.settings.origin.replace('http', 'ws')}/graphql"

    with pytest.raises((ConnectionClosed, InvalidStatus)):
        async with connect(url, proxy=None) as socket:
            await socket.recv()

    assert socket.close_code == 4406


@pytest.mark.parametrize(
    "message",
    [
        "",
        "nonsense",
        "17",
        "[]",
        "null",
        "{}",
        b'{"type": "ping"}',
        {"type": 1},
        {"type": "surprise"},
        {"type": ["subscribe"]},
        {"type": "subscribe"},
        {"type": "subscribe", "id": "2"},
        {"type": "subscribe", "payload": {"query": VIEWER}},
        {"type": "subscribe", "id": "", "payload": {"query": VIEWER}},
        {"type": "subscribe", "id": 2, "payload": {"query": VIEWER}},
        {"type": "subscribe", "id": "2", "payload": VIEWER},
        {"type": "subscribe", "id": "2", "payload": {}},
        {"type": "subscribe", "id": "2", "payload": {"query": 1}},
        {"type": "subscribe", "id": "2", "payload": {"query": VIEWER, "variables": []}},
        {"type": "subscribe", "id": "2", "payload": {"query": VIEWER, "operationName": 1}},
        {"type": "complete"},
        {"type": "complete", "id": ["1"]},
    ],
    ids=repr,
)
async def test_what_cannot_be_read_closes_the_socket(wire: Wire, message: object) -> None:
    await wire.send(message)

    assert await wire.closed() == 4400


async def test_a_name_belongs_to_one_operation_at_a_time(wire: Wire, ada: Caller) -> None:
    for _ in range(2):
        await wire.begin(CHANGED, id=await ada.notebook())

    assert await wire.closed() == 4409


@pytest.mark.parametrize(
    ("payload", "code"),
    [
        ({"query": "{"}, "GRAPHQL_PARSE_FAILED"),
        ({"query": ""}, "BAD_REQUEST"),
        ({"query": "{ nothing }"}, "GRAPHQL_VALIDATION_FAILED"),
        ({"query": "{ ...Nothing }"}, "GRAPHQL_VALIDATION_FAILED"),
        ({"query": VIEWER, "operationName": "Other"}, "BAD_REQUEST"),
        ({"query": "query A { viewer { id } } query B { viewer { id } }"}, "GRAPHQL_VALIDATION_FAILED"),
        ({"query": PROGRESS, "variables": {"id": "job_none"}}, "JOB_NOT_FOUND"),
        ({"query": PROGRESS, "variables": {}}, "GRAPHQL_VALIDATION_FAILED"),
        ({"query": CHANGED, "variables": {"id": "notebook_none"}}, "NOTEBOOK_NOT_FOUND"),
        ({"query": "{ notebooks(first: 0) { totalCount } }"}, "INVALID"),
        ({"query": "{" + " __typename" * 4_000 + "}"}, "GRAPHQL_PARSE_FAILED"),
    ],
    ids=repr,
)
async def test_a_bad_operation_ends_itself_and_no_other(
    wire: Wire, ada: Caller, payload: object, code: str
) -> None:
    notebook = await ada.notebook()
    await wire.begin(CHANGED, id=notebook)
    assert (await wire.next())["notebookChanged"]["kind"] == "notebook_created"

    await wire.send({"type": "subscribe", "id": "2", "payload": payload})
    assert await wire.fault("2") == code

    await ada.do("updateNotebook", id=notebook, changes={"name": "Torrents"})
    assert (await wire.next())["notebookChanged"]["notebook"]["name"] == "Torrents"


async def test_one_socket_carries_so_many_operations_and_no_more(wire: Wire, ada: Caller) -> None:
    notebook = await ada.notebook()
    names = [str(number) for number in range(sockets.SUBSCRIPTIONS_MOST + 1)]
    for name in names:
        await wire.begin(CHANGED, named=name, id=notebook)

    heard = [await wire.heard() for _ in names]

    (refused,) = [message for message in heard if message["type"] != "next"]
    assert (refused["type"], refused["id"]) == ("error", names[-1])
    assert refused["payload"][0]["extensions"]["code"] == "TOO_MANY_OPERATIONS"


async def test_what_is_completed_is_not_told_any_more(wire: Wire, ada: Caller) -> None:
    notebook = await ada.notebook()
    await wire.begin(CHANGED, id=notebook)
    await wire.next()

    await wire.send({"type": "complete", "id": "1"})
    await ada.do("updateNotebook", id=notebook, changes={"name": "Torrents"})
    await asyncio.sleep(0.5)

    await wire.still()
    await wire.begin(VIEWER)
    assert await wire.rest() == [{"viewer": {"username": "ada"}}]


async def test_changes_may_come_over_a_socket_too(wire: Wire) -> None:
    await wire.begin('mutation { createNotebook(input: {name: "Wired"}) { notebook { name } } }')

    assert await wire.rest() == [{"createNotebook": {"notebook": {"name": "Wired"}}}]


@pytest.mark.usefixtures("at_once")
async def test_a_revoked_key_opens_nothing_more(house: House, ada: Caller) -> None:
    key = await ada.do("createApiKey", "secret apiKey { id }", name="Script")
    notebook = await ada.notebook()

    async with dialled(house.settings.origin) as wire:
        await wire.send({"type": "connection_init", "payload": {"X-API-Key": key["secret"]}})
        await wire.heard()
        await wire.begin(CHANGED, named="changes", id=notebook)
        await wire.next("changes")
        await ada.do("revokeApiKey", id=key["apiKey"]["id"])

        await wire.begin(VIEWER, named="question")
        assert await wire.fault("question") == "API_KEY_INVALID"

        await ada.do("updateNotebook", id=notebook, changes={"name": "Torrents"})
        assert await wire.fault("changes") == "API_KEY_INVALID"


@pytest.mark.usefixtures("at_once")
async def test_a_suspended_person_is_told_nothing_more(
    guest: Wire, ada: Caller, ben: Caller, root: Caller
) -> None:
    notebook = await ada.notebook()
    await ada.share(notebook, ben)
    await ada.quiet()
    await guest.begin(CHANGED, id=notebook)
    await guest.next()

    await root.do("setUserStatus", id=await ben.id(), status="SUSPENDED")
    await ada.do("updateNotebook", id=notebook, changes={"name": "Secret"})

    assert await guest.fault() == "USER_SHUT_OUT"
    await guest.begin(VIEWER)
    assert await guest.fault() == "USER_SHUT_OUT"
