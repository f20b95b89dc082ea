"""Probes: whether the process lives, whether its parts answer, and how it fares."""

import asyncio

import httpx
import pytest
from starlette.applications import Starlette

from aether.adapters.http import probes
from aether.adapters.http.probes import Check, checked, probe_routes


async def well() -> None:
    """Answer."""


async def broken() -> None:
    raise ConnectionError("redis://:secret@host refused")


async def wordless() -> None:
    raise LookupError


async def silent() -> None:
    await asyncio.sleep(60)


def asked(**checks: Check) -> httpx.AsyncClient:
    transport = httpx.ASGITransport(Starlette(routes=probe_routes(checks)))
    return httpx.AsyncClient(transport=transport, base_url="http://aether")


@pytest.fixture(autouse=True)
def impatient(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(probes, "PATIENCE_S", 0.1)


async def test_a_process_lives_whatever_its_parts_do() -> None:
    answer = await asked(graph=broken, redis=silent).get("/healthz")

    assert (answer.status_code, answer.json()) == (200, {"status": "ok"})


async def test_it_is_ready_when_every_part_answers() -> None:
    answer = await asked(graph=well, redis=well).get("/readyz")

    assert answer.status_code == 200
    assert answer.json() == {"status": "ok", "parts": {"graph": "ok", "redis": "ok"}}


async def test_a_part_that_is_away_is_named_and_nothing_of_why() -> None:
    answer = await asked(graph=well, redis=broken, vectors=silent).get("/readyz")

    assert answer.status_code == 503
    assert answer.json() == {
        "status": "away",
        "parts": {"graph": "ok", "redis": "away", "vectors": "away"},
    }


async def test_parts_are_asked_at_once_and_not_for_long() -> None:
    async with asyncio.timeout(1):
        answer = await asked(**{f"part {number}": silent for number in range(30)}).get("/readyz")

    assert answer.status_code == 503


async def test_an_operator_is_told_why() -> None:
    told = await checked({"graph": well, "redis": broken, "vectors": silent, "blobs": wordless})

    assert told == {
        "graph": None,
        "redis": "redis://:secret@host refused",
        "vectors": "does not answer within 0.1 seconds",
        "blobs": "LookupError",
    }


async def test_metrics_are_told_as_prometheus_reads_them() -> None:
    answer = await asked().get("/metrics")

    assert answer.status_code == 200
    assert answer.headers["content-type"].startswith("text/plain; version=")
    assert "# TYPE python_info gauge" in answer.text
