"""Logs: one line an event, and never a secret. Each test looks at what a process of its own writes."""

import json
import subprocess
import sys
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

CANARY = "canary-4711"
TOKEN = f"eyJhbGciOiJFUzI1NiJ9.eyJzdWIiOiI{CANARY}.sig"
BEGIN = """
import logging, structlog
from aether import logs
logs.set_up(level={level!r}, json={json})
log = structlog.get_logger()
"""


def written(code: str, *, json: bool = True, level: str = "info") -> str:
    """What a process writes to its standard error; it writes nothing else."""
    begin = BEGIN.format(level=level, json=json)
    done = subprocess.run([sys.executable, "-c", begin + code], capture_output=True, text=True, check=True)
    assert done.stdout == ""
    return done.stderr


def events(code: str, *, level: str = "info") -> list[Any]:
    return [json.loads(line) for line in written(code, level=level).splitlines()]


def test_an_event_is_one_line_with_its_level_and_its_instant() -> None:
    (event,) = events("log.info('document_completed', chunks=3, said='two\\nlines')")

    age = datetime.now(UTC) - datetime.fromisoformat(event.pop("timestamp"))
    assert timedelta() < age < timedelta(minutes=1)
    assert event == {"event": "document_completed", "level": "info", "chunks": 3, "said": "two\nlines"}


def test_what_is_bound_comes_with_every_event() -> None:
    (event,) = events("structlog.contextvars.bind_contextvars(request='r1', tenant='t1')\nlog.info('x')")

    assert (event["request"], event["tenant"]) == ("r1", "t1")


@pytest.mark.parametrize(("level", "told"), [("debug", "abcd"), ("warning", "cd"), ("error", "d")])
def test_less_than_the_level_is_left_out(level: str, told: str) -> None:
    found = events("log.debug('a'); log.info('b'); log.warning('c'); log.error('d')", level=level)

    assert "".join(event["event"] for event in found) == told


def test_libraries_are_told_like_us_from_warnings_on() -> None:
    (event,) = events(
        "logging.getLogger('arq').info('hidden'); logging.getLogger('arq').warning('late %s', 5)"
    )

    assert (event["event"], event["level"]) == ("late 5", "warning")


@pytest.mark.parametrize("json", [True, False])
@pytest.mark.parametrize(
    "code",
    [
        f"log.info('x', password={CANARY!r})",
        f"log.info('x', api_key={CANARY!r}, user_secret={CANARY!r}, Authorization={CANARY!r})",
        f"log.info('x', headers={{'cookie': {CANARY!r}}}, all=[{{'token': {CANARY!r}}}])",
        f"log.info('x', said='Bearer {CANARY}')",
        f"log.info('asked with {TOKEN}')",
        f"log.info('x', said=['with', '{TOKEN}'])",
        f"log.info('x', key='aek_{CANARY}{CANARY}')",
        f"logging.getLogger('lib').warning('Bearer {CANARY}')",
        f"logging.getLogger('lib').warning('connecting to %s', 'redis://user:{CANARY}@host:6379/0')",
        f"try:\n    raise OSError('{TOKEN}')\nexcept OSError:\n    log.exception('x')",
        f"try:\n    raise OSError('{TOKEN}')\nexcept OSError:\n    logging.getLogger('lib').exception('x')",
    ],
)
def test_secrets_are_hidden(code: str, *, json: bool) -> None:
    found = written(code, json=json)

    assert "[hidden]" in found
    assert CANARY not in found


@pytest.mark.parametrize("json", [True, False])
def test_of_a_fault_the_way_is_told_and_no_values(*, json: bool) -> None:
    code = f"""
def read(text):
    raise LookupError("no such page")
try:
    read("{CANARY.upper()}".lower())
except LookupError:
    log.exception("request_failed")
"""
    found = written(code, json=json)

    assert "request_failed" in found
    assert "no such page" in found
    assert "in read" in found
    assert CANARY not in found


@pytest.mark.parametrize("json", [True, False])
def test_a_fault_over_deep_values_is_told_at_once(*, json: bool) -> None:
    code = """
deep = []
for _ in range(5_000):
    deep = [deep, deep]
try:
    raise LookupError("too deep")
except LookupError:
    log.exception("request_failed")
import os; os._exit(0)
"""
    assert "too deep" in written(code, json=json)
