"""The door for operations: what it reads, what it answers, and what it never does."""

import asyncio
import base64
import json
from datetime import timedelta
from typing import Any

import pytest

from aether.graphql import operations
from tests.graphql.house import PAGES, Caller, House, code_of

JSON = "application/json"
RESPONSE = "application/graphql-response+json"
NAME = {"query": "{ __typename }"}


@pytest.mark.parametrize(
    ("accept", "media"),
    [
        ("*/*", JSON),
        ("", JSON),
        ("text/html", JSON),
        (JSON, JSON),
        (RESPONSE, RESPONSE),
        (f"{RESPONSE}, {JSON}", RESPONSE),
        (f"{JSON}, {RESPONSE}", RESPONSE),
        (f"{RESPONSE};q=0.8, {JSON};q=0.9", JSON),
        (f"{RESPONSE};q=0.9, {JSON};q=0.8", RESPONSE),
        (f"{RESPONSE};q=0, {JSON}", JSON),
        (f"{RESPONSE};q=0.5, */*", JSON),
        (f"{RESPONSE};q=nan, {JSON};q=0.1", JSON),
        (f"{RESPONSE};q=9, {JSON};q=0.1", JSON),
        (f"{RESPONSE.upper()} ; Q=1", RESPONSE),
    ],
)
async def test_the_client_chooses_the_media_type(nobody: Caller, accept: str, media: str) -> None:
    answer = await nobody.post(NAME, accept=accept)

    assert answer.status_code == 200
    assert answer.headers["content-type"] == f"{media}; charset=utf-8"
    assert answer.json() == {"data": {"__typename": "Query"}}


UNREADABLE = {
    "nothing": b"",
    "half": b"{",
    "null": b"null",
    "a number": b"17",
    "an array": b"[]",
    "a batch": b'[{"query": "{ __typename }"}]',
    "a string": b'"{ __typename }"',
    "no query": b"{}",
    "a query of null": b'{"query": null}',
    "a query of a number": b'{"query": 1}',
    "an empty query": b'{"query": ""}',
    "a list of queries": b'{"query": ["{ __typename }"]}',
    "a list of variables": b'{"query": "{ __typename }", "variables": []}',
    "variables in a string": b'{"query": "{ __typename }", "variables": "{}"}',
    "a number for a name": b'{"query": "{ __typename }", "operationName": 3}',
    "an unknown name": b'{"query": "{ __typename }", "operationName": "Other"}',
    "a number of extensions": b'{"query": "{ __typename }", "extensions": 3}',
    "not a number": b'{"query": "{ __typename }", "variables": {"a": NaN}}',
    "infinity": b'{"query": "{ __typename }", "variables": {"a": 1e999}}',
    "half a character": b'{"query": "{ __typename }", "variables": {"a": "\\ud800"}}',
    "no UTF-8": b'{"query": "\xff"}',
    "UTF-16": json.dumps(NAME).encode("utf-16"),
    "a deep array": b"[" * 100_000 + b"]" * 100_000,
    "deep variables": b'{"query": "{ __typename }", "variables": ' + b'{"a":' * 5_000 + b"1" + b"}" * 5_001,
}


@pytest.mark.parametrize("body", UNREADABLE.values(), ids=UNREADABLE)
async def test_what_cannot_be_read_is_refused_in_json(nobody: Caller, body: bytes) -> None:
    answer = await nobody.post(body)

    assert (answer.status_code, code_of(answer)) == (400, "BAD_REQUEST")


async def test_what_is_too_large_is_refused(nobody: Caller) -> None:
    answer = await nobody.post(b'{"query": "' + b" " * (2 << 20) + b'"}')

    assert (answer.status_code, code_of(answer)) == (413, "BAD_REQUEST")


@pytest.mark.parametrize(
    "type", ["", "text/plain", "application/x-www-form-urlencoded", "multipart/form-data"]
)
async def test_only_json_is_read(nobody: Caller, type: str) -> None:
    answer = await nobody.post(NAME, **{"content-type": type})

    assert answer.status_code == 415
    assert code_of(answer) == "BAD_REQUEST"


async def test_bytes_that_never_end_are_cut_off(nobody: Caller) -> None:
    sent = 0

    async def endless() -> Any:
        nonlocal sent
        while sent < 1 << 30:
            sent += 1 << 16
            yield b" " * (1 << 16)

    answer = await nobody.client.post("/graphql", content=endless(), headers={"content-type": JSON})

    assert answer.status_code == 413
    assert sent < 3 << 20


async def test_a_request_that_does_not_arrive_is_given_up(
    nobody: Caller, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(operations, "ARRIVES_S", 0.05)

    async def slow() -> Any:
        yield b"{"
        await asyncio.sleep(5)

    answer = await nobody.client.post("/graphql", content=slow(), headers={"content-type": JSON})

    assert answer.status_code == 408


@pytest.mark.parametrize("method", ["PUT", "PATCH", "DELETE"])
async def test_other_methods_are_refused_in_json(nobody: Caller, method: str) -> None:
    answer = await nobody.client.request(method, "/graphql", json=NAME)

    assert answer.status_code == 405
    assert answer.headers["allow"] == "GET, POST"
    assert code_of(answer) == "BAD_REQUEST"


async def test_questions_can_be_asked_by_get(ada: Caller) -> None:
    asked = {
        "query": "query A($id: ID!) { user(id: $id) { username } } query B { __typename }",
        "variables": json.dumps({"id": await ada.id()}),
        "operationName": "A",
    }

    answer = await ada.client.get("/graphql", params=asked)

    assert answer.json() == {"data": {"user": {"username": "ada"}}}


@pytest.mark.parametrize("variables", ["{", "[1]", "1"])
async def test_variables_of_a_get_are_checked_too(nobody: Caller, variables: str) -> None:
    answer = await nobody.client.get("/graphql", params={**NAME, "variables": variables})

    assert (answer.status_code, code_of(answer)) == (400, "BAD_REQUEST")


@pytest.mark.parametrize("name", [None, "Change"])
async def test_a_get_changes_nothing(ada: Caller, name: str | None) -> None:
    change = 'mutation Change { createNotebook(input: {name: "By GET"}) { notebook { id } } }'
    query = change if name else f"query Ask {{ __typename }} {change}"

    answer = await ada.client.get(
        "/graphql", params={"query": query, **({"operationName": name} if name else {})}
    )

    assert answer.status_code == (405 if name else 200)
    assert "data" not in answer.json()
    assert (await ada.ask("{ notebooks { totalCount } }"))["notebooks"]["totalCount"] == 0


async def test_of_several_operations_one_must_be_named(nobody: Caller) -> None:
    query = "query A { a: __typename } query B { b: __typename }"

    unnamed = await nobody.post({"query": query}, accept=RESPONSE)
    named = await nobody.post({"query": query, "operationName": "B"})
    unknown = await nobody.post({"query": query, "operationName": "C"})

    assert (unnamed.status_code, code_of(unnamed)) == (400, "GRAPHQL_VALIDATION_FAILED")
    assert named.json() == {"data": {"b": "Query"}}
    assert (unknown.status_code, code_of(unknown)) == (400, "BAD_REQUEST")


async def test_subscriptions_take_a_socket(nobody: Caller) -> None:
    answer = await nobody.post({"query": 'subscription { jobProgress(id: "x") { cursor } }'})

    assert (answer.status_code, code_of(answer)) == (400, "BAD_REQUEST")


@pytest.mark.parametrize(
    ("query", "code"),
    [
        ("{", "GRAPHQL_PARSE_FAILED"),
        ("{ nothing }", "GRAPHQL_VALIDATION_FAILED"),
        ("{ ...Nothing }", "GRAPHQL_VALIDATION_FAILED"),
        ("query ($a: Int!) { notebooks(first: $a) { totalCount } }", "GRAPHQL_VALIDATION_FAILED"),
        ("{ notebooks(first: 99999999999) { totalCount } }", "GRAPHQL_VALIDATION_FAILED"),
        ("{ notebooks(orderBy: SIDEWAYS) { totalCount } }", "GRAPHQL_VALIDATION_FAILED"),
    ],
)
async def test_an_operation_that_cannot_begin_has_no_data(nobody: Caller, query: str, code: str) -> None:
    strict, lenient = (
        await nobody.post({"query": query}, accept=RESPONSE),
        await nobody.post({"query": query}),
    )

    assert (strict.status_code, code_of(strict)) == (400, code)
    assert (lenient.status_code, code_of(lenient)) == (200, code)
    assert "data" not in strict.json()
    assert "data" not in lenient.json()


async def test_a_bad_token_is_refused_with_its_reason(house: House, here: str) -> None:
    expired = house.token("ada", of=here, ttl=timedelta(minutes=-5))
    shown = {
        "TOKEN_INVALID": {"Authorization": "Bearer nonsense"},
        "TOKEN_EXPIRED": {"Authorization": f"Bearer {expired}"},
        "API_KEY_INVALID": {"X-API-Key": "aek_nonsense"},
    }

    for code, headers in shown.items():
        answer = await house.caller(**headers).post(NAME)

        assert (answer.status_code, code_of(answer)) == (401, code)
        assert answer.headers["www-authenticate"] == "Bearer"


async def test_a_forged_token_is_refused(house: House, here: str) -> None:
    head, body, signature = house.token("ada", of=here).split(".")
    claims = json.loads(base64.urlsafe_b64decode(body + "=="))
    claims["preferred_username"] = "root"
    forged = base64.urlsafe_b64encode(json.dumps(claims).encode()).rstrip(b"=").decode()

    answer = await house.caller(Authorization=f"Bearer {head}.{forged}.{signature}").post(NAME)

    assert (answer.status_code, code_of(answer)) == (401, "TOKEN_INVALID")


async def test_who_says_nothing_is_nobody(nobody: Caller) -> None:
    assert await nobody.ask("{ viewer { id } }") == {"viewer": None}
    assert await nobody.faults("{ notebooks { totalCount } }") == ["UNAUTHENTICATED"]
    assert await nobody.faults('mutation { createNotebook(input: {name: "Mine"}) { notebook { id } } }') == [
        "UNAUTHENTICATED"
    ]


@pytest.mark.parametrize(
    ("headers", "seen"),
    [
        ({"Origin": "{origin}"}, True),
        ({"Sec-Fetch-Site": "same-origin"}, True),
        ({"X-Aether-Request": "1"}, True),
        ({}, False),
        ({"Origin": "https://evil.example"}, False),
        ({"Origin": "null"}, False),
        ({"Origin": "https://evil.example", "X-Aether-Request": "1"}, False),
        ({"Sec-Fetch-Site": "cross-site"}, False),
        ({"Sec-Fetch-Site": "same-site"}, False),
    ],
)
async def test_a_cookie_counts_on_our_own_pages_only(
    house: House, here: str, headers: dict[str, str], seen: bool
) -> None:
    cookie = f"aether_token={house.token('ada', of=here)}"
    sent = {name: value.format(origin=house.settings.origin) for name, value in headers.items()}

    answer = await house.caller(Cookie=cookie, **sent).ask("{ viewer { username } }")

    assert answer == {"viewer": {"username": "ada"} if seen else None}


@pytest.mark.parametrize(
    ("origin", "allowed"), [(PAGES, PAGES), ("https://evil.example", None), ("null", None)]
)
async def test_only_pages_of_origins_that_are_set_may_ask(
    nobody: Caller, origin: str, allowed: str | None
) -> None:
    asked = {"Origin": origin, "Access-Control-Request-Method": "POST"}

    preflight = await nobody.client.options("/graphql", headers=asked)
    answer = await nobody.post(NAME, origin=origin)

    assert preflight.headers.get("access-control-allow-origin") == allowed
    assert answer.headers.get("access-control-allow-origin") == allowed
