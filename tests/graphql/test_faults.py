"""What goes wrong on our side: it is told by its code, or by nothing but the request."""

import asyncio
from dataclasses import replace
from typing import Any

import pytest
import structlog
from starlette.applications import Starlette
from typing_extensions import override

from aether.adapters.system import moment
from aether.domain.admission import Doorkeeper
from aether.domain.errors import Unavailable
from aether.domain.identity import Credential, CredentialKind, IdentityUnavailable
from aether.domain.tenants import TenantId
from aether.domain.users import Role, UserId
from aether.domain.viewers import Viewer
from aether.graphql import http, schema
from aether.graphql.context import Ports
from tests.graphql.house import Caller, House, code_of

NAME = {"query": "{ __typename }"}
SECRET = "canary-of-a-fault"


class Buggy:
    """Something with a bug in everything it does."""

    def __getattr__(self, name: str) -> Any:
        raise RuntimeError(SECRET)


class Anybody(Doorkeeper):
    """A doorkeeper who lets everybody in as the same person."""

    def __init__(self) -> None:
        """Know nothing."""

    @override
    async def admit(self, credential: Credential) -> Viewer:
        return Viewer(user=UserId("user_1"), tenant=TenantId("tenant_1"), roles=frozenset({Role.USER}))


def faulty(house: House, **ports: object) -> Caller:
    """Somebody who asks an API whose ports have bugs, but for *ports*."""
    told: dict[str, Any] = {name: Buggy() for name in Ports.__dataclass_fields__} | ports
    credential = Credential(kind=CredentialKind.BEARER, secret=SECRET)
    routes = http.graphql_routes(schema.build(), Ports(**told), lambda *_: credential)
    return replace(house, app=Starlette(routes=routes)).caller()


async def test_of_a_fault_only_the_request_is_told(house: House) -> None:
    caller = faulty(house, doorkeeper=Anybody())

    with structlog.testing.capture_logs() as logs:
        answer = await caller.post({"query": "{ notebooks { totalCount } }"})

    assert (answer.status_code, code_of(answer)) == (200, "INTERNAL_ERROR")
    assert SECRET not in answer.text
    assert "RuntimeError" not in answer.text
    (logged,) = [entry for entry in logs if entry["event"] == "request_failed"]
    assert logged["request"] == answer.headers["x-request-id"]
    assert str(logged["exc_info"]) == SECRET


async def test_a_fault_at_the_door_is_answered_too(house: House) -> None:
    caller = faulty(house)

    with structlog.testing.capture_logs() as logs:
        answer = await caller.post(NAME)

    assert (answer.status_code, code_of(answer)) == (500, "INTERNAL_ERROR")
    assert SECRET not in answer.text
    assert "request_failed" in [entry["event"] for entry in logs]


async def test_what_is_away_is_told_with_when_to_try_again(house: House) -> None:
    class Away(Anybody):
        @override
        async def admit(self, credential: Credential) -> Viewer:
            raise IdentityUnavailable

    answer = await faulty(house, doorkeeper=Away()).post(NAME)

    assert (answer.status_code, code_of(answer)) == (503, "IDENTITY_UNAVAILABLE")
    assert answer.headers["retry-after"] == "1"


async def test_an_operation_that_takes_too_long_is_ended(
    house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    class Endless(Buggy):
        def within(self, _: str) -> "Endless":
            return self

        async def read(self, *_: object, **__: object) -> None:
            await asyncio.sleep(60)

    monkeypatch.setattr(http, "OPERATION_S", 0.05)
    caller = faulty(house, doorkeeper=Anybody(), graph=Endless())

    answer = await caller.post({"query": "{ tenant { name } }"})

    assert (answer.status_code, code_of(answer)) == (503, "OPERATION_TIMED_OUT")


async def test_an_operations_text_is_not_logged(ada: Caller) -> None:
    with structlog.testing.capture_logs() as logs:
        await ada.answer(f'{{ verifyToken(token: "{SECRET}") {{ code }} user }}')
        query = f'query Q {{ search(query: "{SECRET}") {{ nothing }} }}'
        await ada.post({"query": query, "operationName": "Q" * 5_000})

    assert SECRET not in str(logs)
    assert max(len(str(entry)) for entry in logs) < 1_000


async def test_of_many_changes_those_that_were_made_are_told_when_the_graph_goes_away(house: House) -> None:
    class Failing(Buggy):
        """Takes two writes, and then none."""

        writes = 0

        def within(self, _: str) -> "Failing":
            return self

        async def write(self, *_: object, **__: object) -> None:
            self.writes += 1
            if self.writes > 2:
                raise Unavailable("The graph is away.")

    graph = Failing()
    caller = faulty(house, doorkeeper=Anybody(), graph=graph, moment=moment)
    results = "results { ok userErrors { code } }"
    query = f"mutation ($ids: [ID!]!) {{ bulkDeleteNotebooks(input: {{ids: $ids}}) {{ {results} }} }}"

    told = (await caller.post({"query": query, "variables": {"ids": list("abcde")}})).json()
    made = told["data"]["bulkDeleteNotebooks"]["results"]

    assert [each["ok"] for each in made] == [True, True, False, False, False]
    assert [each["userErrors"] for each in made[2:]] == [[{"code": "UNAVAILABLE"}]] * 3
    assert graph.writes == 3
