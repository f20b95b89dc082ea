"""Operations answered as events."""

import asyncio
import json
from asyncio.subprocess import PIPE
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import httpx
import pytest

from aether.graphql import sse
from tests.graphql.house import Caller, House
from tests.graphql.test_audits import audits
from tests.graphql.wire import CHANGED, PATIENCE_S

__all__ = ["audits"]

EVENTS = {"accept": "text/event-stream"}

Event = tuple[str, Any]


@asynccontextmanager
async def streaming(caller: Caller, query: str, **variables: object) -> AsyncIterator[httpx.Response]:
    body = {"query": query, "variables": variables}
    settings = caller.house.settings
    async with (
        asyncio.timeout(PATIENCE_S),
        httpx.AsyncClient(base_url=settings.origin, headers=caller.client.headers, trust_env=False) as wired,
        wired.stream("POST", "/graphql", json=body, headers=EVENTS) as answer,
    ):
        yield answer


async def events(answer: httpx.Response) -> AsyncIterator[Event]:
    """What is told, event by event; comments are events without a name."""
    name = ""
    async for line in answer.aiter_lines():
        if line.startswith(":"):
            yield "", None
        elif line.startswith("event: "):
            name = line.removeprefix("event: ")
        elif line.startswith("data:"):
            told = line.removeprefix("data:").strip()
            yield name, json.loads(told) if told else None


async def every(caller: Caller, query: str, **variables: object) -> list[Event]:
    async with streaming(caller, query, **variables) as answer:
        assert answer.status_code == 200
        assert answer.headers["content-type"] == "text/event-stream; charset=utf-8"
        assert answer.headers["cache-control"] == "no-store"
        return [each async for each in events(answer)]


async def test_a_question_is_one_answer_and_the_end(ada: Caller) -> None:
    await ada.notebook(name="Rivers")

    told = await every(ada, "{ notebooks { edges { node { name } } } }")

    assert told == [
        ("next", {"data": {"notebooks": {"edges": [{"node": {"name": "Rivers"}}]}}}),
        ("complete", None),
    ]


async def test_a_change_is_done_once_and_told(ada: Caller) -> None:
    told = await every(
        ada,
        "mutation ($input: CreateNotebookInput!) { createNotebook(input: $input) { notebook { name } } }",
        input={"name": "Brooks"},
    )

    assert told[0] == ("next", {"data": {"createNotebook": {"notebook": {"name": "Brooks"}}}})
    assert (await ada.ask("{ notebooks { totalCount } }"))["notebooks"]["totalCount"] == 1


@pytest.mark.usefixtures("at_work")
async def test_what_happens_is_told_as_it_comes(ada: Caller) -> None:
    notebook = await ada.notebook()
    async with streaming(ada, CHANGED, id=notebook, after="0-0") as answer:
        told = events(answer)
        _, first = await anext(told)
        assert first["data"]["notebookChanged"]["kind"] == "notebook_created"

        await ada.do("updateNotebook", id=notebook, changes={"name": "Torrents"})
        _, second = await anext(told)
        assert second["data"]["notebookChanged"]["notebook"] == {"name": "Torrents", "version": 2}


@pytest.mark.usefixtures("at_work")
async def test_silence_is_kept_open_by_comments(ada: Caller, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sse, "PULSE_S", 0.05)
    notebook = await ada.notebook()
    async with streaming(ada, CHANGED, id=notebook, after="0-0") as answer:
        told = events(answer)
        names = [(await anext(told))[0] for _ in range(5)]
        assert "next" in names
        assert names[-1] == ""
        await ada.do("updateNotebook", id=notebook, changes={"name": "Torrents"})
        while (event := await anext(told))[0] == "":
            pass
        assert event[1]["data"]["notebookChanged"]["kind"] == "notebook_updated"


@pytest.mark.usefixtures("at_work")
async def test_who_goes_away_is_listened_for_no_more(ada: Caller) -> None:
    notebook = await ada.notebook()
    before = len(asyncio.all_tasks())
    for _ in range(10):
        async with streaming(ada, CHANGED, id=notebook, after="0-0") as answer:
            await anext(events(answer))
    for _ in range(200):
        if len(asyncio.all_tasks()) <= before + 2:
            break
        await asyncio.sleep(0.05)

    assert len(asyncio.all_tasks()) <= before + 2


@pytest.mark.parametrize(
    ("query", "code"),
    [
        ("{", "GRAPHQL_PARSE_FAILED"),
        ("{ nothing }", "GRAPHQL_VALIDATION_FAILED"),
        ('subscription { jobProgress(id: "x") { nothing } }', "GRAPHQL_VALIDATION_FAILED"),
        ('subscription { jobProgress(id: "job_x") { cursor } }', "JOB_NOT_FOUND"),
    ],
)
async def test_what_cannot_be_answered_is_told_and_ended(ada: Caller, query: str, code: str) -> None:
    (name, body), end = await every(ada, query)

    assert name == "next"
    assert [error["extensions"]["code"] for error in body["errors"]] == [code]
    assert end == ("complete", None)


async def test_a_link_changes_nothing(ada: Caller) -> None:
    query = 'mutation { createNotebook(input: {name: "Brooks"}) { notebook { name } } }'
    async with ada.client.stream("GET", "/graphql", params={"query": query}, headers=EVENTS) as answer:
        told = [each async for each in events(answer)]

    assert told[0][1]["errors"][0]["extensions"]["code"] == "BAD_REQUEST"
    assert (await ada.ask("{ notebooks { totalCount } }"))["notebooks"]["totalCount"] == 0


async def test_nobody_is_told_what_is_not_theirs(ada: Caller, ben: Caller, nobody: Caller) -> None:
    notebook = await ada.notebook()
    for stranger, code in ((ben, "NOTEBOOK_NOT_FOUND"), (nobody, "UNAUTHENTICATED")):
        (_, body), _ = await every(stranger, CHANGED, id=notebook)
        assert [error["extensions"]["code"] for error in body["errors"]] == [code]

    refused = await nobody.client.post(
        "/graphql", json={"query": "{ __typename }"}, headers={**EVENTS, "authorization": "Bearer nonsense"}
    )
    assert refused.status_code == 401


@pytest.mark.npm
@pytest.mark.usefixtures("at_work")
async def test_the_client_of_the_protocol_understands_it(house: House, ada: Caller, audits: Path) -> None:
    notebook = await ada.notebook()
    token = ada.client.headers["authorization"]
    node = await asyncio.create_subprocess_exec(
        *("node", "events.mjs", f"{house.settings.origin}/graphql", token, notebook),
        cwd=audits,
        stdout=PIPE,
    )
    assert node.stdout is not None
    assert json.loads(await node.stdout.readline()) == {"query": {"__typename": "Query"}}
    assert json.loads(await node.stdout.readline()) == {"kind": "notebook_created"}
    await ada.do("updateNotebook", id=notebook, changes={"name": "Torrents"})
    assert json.loads(await node.stdout.readline()) == {"kind": "notebook_updated"}
    assert json.loads(await node.stdout.readline()) == {"refused": "GRAPHQL_VALIDATION_FAILED"}
    assert await node.wait() == 0
