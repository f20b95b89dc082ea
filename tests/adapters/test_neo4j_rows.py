"""What rows need on their way in and out of the graph."""

import time
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta, timezone

import pytest
from neo4j.time import DateTime

from aether.adapters.neo4j.rows import instant, instant_or_none, text_of, value_of, words_of

NOON = datetime(2026, 7, 1, 12, 0, 0, 123_456, tzinfo=UTC)


@pytest.fixture
def far_away(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """A machine whose clock shows the time of another place."""
    monkeypatch.setenv("TZ", "America/New_York")
    time.tzset()
    yield
    monkeypatch.undo()
    time.tzset()


@pytest.mark.usefixtures("far_away")
def test_an_instant_is_the_same_wherever_the_machine_stands() -> None:
    """ArcadeDB gives instants back without a zone, in UTC, once they are committed."""
    elsewhere = NOON.astimezone(timezone(timedelta(hours=5)))

    for stored in (NOON, NOON.replace(tzinfo=None), elsewhere):
        found = instant(DateTime.from_native(stored))
        assert (found, found.tzinfo) == (NOON, UTC)
    assert instant_or_none(None) is None


@pytest.mark.parametrize("value", [{}, {"a": [1, None, {"b": "ä\u0000\"'"}], "c": 1.5, "d": True}])
def test_what_goes_in_as_text_comes_out_as_it_was(value: dict[str, object]) -> None:
    assert value_of(text_of(value)) == value


def test_no_text_is_an_empty_map() -> None:
    assert value_of(None) == {}


@pytest.mark.parametrize(
    ("name", "words"),
    [
        ("spring_flood.2026.pdf", "spring flood 2026 pdf"),
        ("Q3-report (final)", "Q3 report final"),
        ("Große Ströme", "Große Ströme"),
        ("日本語.txt", "日本語 txt"),
        ("___", ""),
    ],
)
def test_the_words_of_a_name_stand_alone(name: str, words: str) -> None:
    assert words_of(name) == words
