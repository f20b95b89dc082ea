"""What the patterns find in texts, what they leave alone, and that no text makes them slow."""

import time
from collections.abc import Sequence
from random import Random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from aether.adapters.patterns import detector as detectors
from aether.adapters.patterns.detector import PatternDetector
from aether.domain.sensitive import Find, SensitiveKind
from tests.adapters import planted

DETECTOR = PatternDetector()


def told(text: str) -> list[tuple[SensitiveKind, str]]:
    return [(find.kind, text[find.start : find.end]) for find in DETECTOR.find(text)]


@pytest.mark.parametrize(
    ("kind", "sentence"), [(kind, it) for kind, several in planted.SENTENCES.items() for it in several]
)
def test_what_is_planted_is_found_where_it_stands(kind: SensitiveKind, sentence: str) -> None:
    before, _, rest = sentence.partition("«")
    value, _, after = rest.partition("»")

    assert told(before + value + after) == [(kind, value)]


@pytest.mark.parametrize("text", planted.NEAR_MISSES)
def test_what_only_looks_like_something_is_left_alone(text: str) -> None:
    assert told(text) == []


def test_every_kind_is_planted() -> None:
    assert set(planted.SENTENCES) == set(SensitiveKind)


@pytest.mark.parametrize("seed", [1, 2, 3])
def test_precision_and_recall_on_texts_that_mix_it_all(seed: int) -> None:
    text, expected = planted.text(seed, rounds=4)

    found = {(find.kind, find.start, find.end) for find in DETECTOR.find(text)}

    wanted = {(it.kind, it.start, it.end) for it in expected}
    right = len(found & wanted)
    assert len(wanted) > 400
    assert right / len(found) >= 0.98, sorted(found - wanted)
    assert right / len(wanted) >= 0.98, sorted(wanted - found)


def test_of_random_numbers_hardly_any_is_believed() -> None:
    chance = Random(7)
    lengths = range(4, 17)  # one in seventy of 15 or 16 digits is a card
    rows = [
        " | ".join(str(chance.randrange(10 ** chance.choice(lengths))) for _ in range(8))
        for _ in range(2_000)
    ]

    found = DETECTOR.find("\n".join(rows))

    assert len(found) / (8 * len(rows)) < 0.003


@pytest.mark.parametrize(
    "before", [0, 1, 100, detectors.WINDOW - 30, detectors.WINDOW - 5, 3 * detectors.WINDOW]
)
def test_it_is_found_wherever_windows_end_even_without_lines(before: int) -> None:
    sentence = "card 4242 4242 4242 4242, ada@example.org, DE89 3704 0044 0532 0130 00, 536-22-1234 "
    text = "x" * before + " " + sentence + "y" * 5_000

    assert [kind for kind, _ in told(text)] == [
        SensitiveKind.CREDIT_CARD,
        SensitiveKind.EMAIL,
        SensitiveKind.IBAN,
        SensitiveKind.US_SSN,
    ]


def test_a_find_may_be_longer_than_a_window() -> None:
    body = "\n".join("A" * 64 for _ in range(50))
    key = f"-----BEGIN PRIVATE KEY-----\n{body}\n-----END PRIVATE KEY-----"

    assert told(f"{'x ' * 900}\n{key}\nthe end") == [(SensitiveKind.PRIVATE_KEY, key)]


@given(st.text(st.characters(exclude_categories=["Cs"]), max_size=60))
def test_places_are_code_points_whatever_stands_before(text: str) -> None:
    value = "ada@example.org"

    found = DETECTOR.find(f"{text} {value}\n")

    assert any((it.start, it.end) == (len(text) + 1, len(text) + 1 + len(value)) for it in found)


@given(st.text(max_size=300))
def test_any_text_is_taken_and_the_finds_lie_in_it_in_order(text: str) -> None:
    end = 0
    for it in DETECTOR.find(text):
        assert end <= it.start < it.end <= len(text)
        assert 0 < it.confidence <= 1
        end = it.end


def test_no_find_shows_what_it_found() -> None:
    text, expected = planted.text(1, rounds=1)

    shown = repr(DETECTOR.find(text))

    assert expected
    for it in expected:
        assert text[it.start : it.end] not in shown


MEGABYTE = 1 << 20
HOSTILE = {
    "one letter": "a",
    "one digit": "7",
    "one @": "@",
    "dots": "a.",
    "addresses without an end": "a@b.",
    "names of servers": "a@a.aa-",
    "groups of four": "4242 ",
    "pluses": "+1 ",
    "colons": "ab:",
    "dashes": "12-",
    "tokens": "eyJaaaaaaaaa.",
    "half a key": "-----BEGIN PRIVATE KEY----- ",
    "keys without an end": "-----BEGIN PRIVATE KEY-----\n" + 64 * "A" + "\n",
    "words that announce": "phone ",
    "words and joints": "password=",
    "servers": "a://b:",
    "accounts": "DE89 3704 ",
}


def taken(text: str) -> tuple[float, Sequence[Find]]:
    begun = time.process_time()
    found = DETECTOR.find(text)
    return time.process_time() - begun, found


@pytest.mark.parametrize("name", HOSTILE)
def test_no_text_makes_it_slow(name: str) -> None:
    """A bound that a hundredth of the text would break if the time grew with its square."""
    repeated = HOSTILE[name]
    text = (repeated * (MEGABYTE // len(repeated) + 1))[:MEGABYTE]

    seconds, _ = taken(text)

    assert seconds < 30


@pytest.mark.parametrize("name", HOSTILE)
def test_the_looks_at_a_text_grow_with_its_length_alone(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """Eight times the text takes at most nine times the judgements, and as many looks at windows."""
    judged: list[int] = []
    believed = detectors._believed

    def counting(*given: object) -> object:
        judged.append(1)
        return believed(*given)  # type: ignore[arg-type]

    monkeypatch.setattr(detectors, "_believed", counting)
    counts = []
    for size in (MEGABYTE // 32, MEGABYTE // 4):
        judged.clear()
        repeated = HOSTILE[name]
        DETECTOR.find((repeated * (size // len(repeated) + 1))[:size])
        counts.append(len(judged))

    few, many = counts
    assert many <= 9 * few + 9
