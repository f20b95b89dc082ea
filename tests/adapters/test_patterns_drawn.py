"""The detector on documents drawn from phrases that were written before anybody looked at its rules."""

import re

import pytest

from aether.adapters.patterns import detector as detectors
from aether.adapters.patterns.detector import PatternDetector
from aether.adapters.patterns.letters import plainly
from aether.domain.sensitive import SensitiveKind
from tests.adapters import planted_drawn, planted_fresh, planted_proofs

DETECTOR = PatternDetector()
DOCUMENTS = {half: planted_drawn.documents(half, seed=1) for half in planted_drawn.HALVES}

BY_STANDARDS_OF_THEIR_OWN = {SensitiveKind.CRYPTO_ADDRESS}
"""Kinds of which `planted_proofs` knows only some."""
PRECISION = 0.98
RECALL = 0.94


@pytest.mark.parametrize("half", planted_drawn.HALVES)
def test_every_kind_is_drawn_and_proves_itself(half: planted_drawn.Half) -> None:
    planted = [
        (kind, document.text[start:end])
        for document in DOCUMENTS[half]
        for kind, start, end in document.planted
    ]

    assert {kind for kind, _ in planted} == set(SensitiveKind)
    for kind, value in planted:
        if kind not in BY_STANDARDS_OF_THEIR_OWN and value.isascii():
            parted = kind is SensitiveKind.FI_HETU
            bare = value if parted else re.sub(r"[^0-9A-Za-z]", "", value)
            assert planted_proofs.proves(kind, bare.upper()), (kind, value)


@pytest.mark.parametrize("half", planted_drawn.HALVES)
def test_precision_and_recall_on_what_is_written_in_many_ways(half: planted_drawn.Half) -> None:
    score = planted_fresh.score(DETECTOR, DOCUMENTS[half])

    assert score.precision >= PRECISION, score.table()
    assert score.recall >= RECALL, score.table()


@pytest.mark.parametrize("half", planted_drawn.HALVES)
def test_a_value_is_where_the_group_of_its_pattern_is(half: planted_drawn.Half) -> None:
    """The shorter way to it, without groups, leads to the same place."""
    plain = plainly("\n".join(it.text for it in DOCUMENTS[half]))
    seen = 0
    for it in DETECTOR._rules:
        for match in it.grouped.finditer(plain):
            if it.spoken:
                seen += 1
                assert it.span(plain, *match.span()) == match.span(1), it.rule.pattern

    assert seen > 500


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("\u5bc6\u7801\uff1aTulipan@374", ["Tulipan@374"]),
        ("\u62a4\u7167\u53f7\uff1aE56373058", ["E56373058"]),
        ("\u624b\u673a\uff1a138 3307 7633", ["138 3307 7633"]),
        ("\u0422\u0435\u043b\u0435\u0444\u043e\u043d: 8 495 123-45-67", ["8 495 123-45-67"]),
        ("mail giulia [at] example [dot] com", ["giulia [at] example [dot] com"]),
        ("stop at first dot after the last", []),
        ("from 10.20.130.7/24", ["10.20.130.7"]),
        ("from 10.20.130.0/24", []),
        ("0065 0302 0304 ; [.2007", []),
        ("1.84556867019693", []),
        ("TextIO(M   21  72.100000)", []),
        ("arXiv astro-ph/0012333", []),
        ("arn:aws:secret:MyTestDatabaseSecret-a1b2c3", []),
        ("(+39 370 0740696)", ["+39 370 0740696"]),
    ],
)
def test_of_what_is_alike_only_what_is_meant_is_found(text: str, found: list[str]) -> None:
    assert [text[it.start : it.end] for it in DETECTOR.find(text)] == found


def test_a_row_of_readings_is_judged_at_its_end_alone(monkeypatch: pytest.MonkeyPatch) -> None:
    judged: list[int] = []
    believed = detectors._believed

    def counting(*given: object) -> object:
        judged.append(1)
        return believed(*given)  # type: ignore[arg-type]

    monkeypatch.setattr(detectors, "_believed", counting)

    DETECTOR.find("4242 " * 10_000)

    assert len(judged) <= 10
