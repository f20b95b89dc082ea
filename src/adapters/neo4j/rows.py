"""What rows need on their way in and out: instants, JSON text, and pages."""

import json
import re
import secrets
from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from typing import Any, TypeVar

import orjson

from aether.adapters.neo4j.runner import Row, Runner
from aether.domain.pages import Page, Place, Slice

T = TypeVar("T")

WORD = re.compile(r"[^\W_]+")
"""What people take for a word."""


def instant(value: Any) -> datetime:
    """The aware instant, in UTC, of a stored one."""
    native: datetime = value.to_native()
    # ArcadeDB keeps instants in UTC, and gives them back without saying so.
    return native.astimezone(UTC) if native.tzinfo else native.replace(tzinfo=UTC)


def instant_or_none(value: Any) -> datetime | None:
    """The same, where there may be none."""
    return None if value is None else instant(value)


def text_of(value: Mapping[str, Any]) -> str:
    """JSON text, since the graph keeps no maps."""
    return json.dumps(value, separators=(",", ":"), sort_keys=True)


def value_of(text: str | None) -> dict[str, Any]:
    """The value of JSON text; empty where there is none."""
    value: dict[str, Any] = orjson.loads(text) if text else {}
    return value


def words_of(name: str) -> str:
    """The words of a name one by one: the full-text indexes take `spring_flood.pdf` for a single word."""
    return " ".join(WORD.findall(name))


def lock() -> str:
    """A value that differs from the last one, so that setting it takes the lock."""
    return secrets.token_hex(8)


def place(part: Slice) -> dict[str, Any]:
    """The parameters with which a statement starts a page, and looks one beyond it."""
    return {
        "key": part.after.key if part.after else None,
        "after": part.after.id if part.after else None,
        "most": part.first + 1,
    }


async def paged(
    run: Runner,
    name: str,
    part: Slice,
    *,
    of: Callable[[Row], T],
    place_of: Callable[[Row], Place],
    at: Callable[[Slice], dict[str, Any]] = place,
    **params: Any,
) -> Page[T]:
    """The page that the statement *name* gives; a row more than is shown tells that more follow."""
    rows = await run(name, **params, **at(part))
    counted = rows[0] if rows else None
    if counted is None and part.after is not None:
        counted = await run.one(name, **params, **at(Slice(first=1)))
    shown = rows[: part.first]
    return Page(
        items=[(of(row), place_of(row)) for row in shown],
        has_next=len(rows) > part.first,
        total=counted["total"] if counted else 0,
    )
