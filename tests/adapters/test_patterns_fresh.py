"""The detector on documents that were marked by somebody who had not read its rules."""

import re
from random import Random

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from hypothesis.strategies._internal.regex import base_regex_strategy

from aether.adapters.patterns.columns import announced
from aether.adapters.patterns.detector import PatternDetector
from aether.adapters.patterns.letters import plainly
from aether.adapters.patterns.rules import RULES
from aether.adapters.patterns.shapes import Rule, compiled
from aether.domain.sensitive import SensitiveKind
from tests.adapters import planted_fresh, planted_proofs

DETECTOR = PatternDetector()
DOCUMENTS = planted_fresh.documents()

PRECISION = 0.98
RECALL = 0.95


def test_there_is_enough_to_measure() -> None:
    planted = [kind for document in DOCUMENTS for kind, _, _ in document.planted]

    assert set(planted) == set(SensitiveKind)
    assert len(planted) >= 500
    assert sum(len(document.lookalikes) for document in DOCUMENTS) >= 1_500


@pytest.mark.parametrize("document", DOCUMENTS, ids=lambda it: it.name)
def test_every_planted_number_proves_itself_by_arithmetic_of_its_own(
    document: planted_fresh.Document,
) -> None:
    for kind, start, end in document.planted:
        assert planted_proofs.proves(kind, document.text[start:end]), (kind, document.text[start:end])


def test_precision_and_recall_on_documents_as_people_have_them() -> None:
    score = planted_fresh.score(DETECTOR, DOCUMENTS)

    assert score.precision >= PRECISION, score.table()
    assert score.recall >= RECALL, score.table()


@pytest.mark.parametrize("document", DOCUMENTS, ids=lambda it: it.name)
def test_hardly_any_number_that_only_looks_like_something_is_taken_for_it(
    document: planted_fresh.Document,
) -> None:
    planted = sorted((start, end) for _, start, end in document.planted)

    strangers = [
        it
        for it in DETECTOR.find(document.text)
        if not any(it.start < end and start < it.end for start, end in planted)
    ]

    assert len(strangers) <= len(document.lookalikes) / 100, strangers


@pytest.mark.parametrize("document", DOCUMENTS, ids=lambda it: it.name)
def test_no_mask_shows_more_than_the_ends_of_what_it_hides(document: planted_fresh.Document) -> None:
    for it in DETECTOR.find(document.text):
        value = re.sub(r"\W", "", document.text[it.start : it.end])
        shown = re.sub(r"\W", "", it.masked)
        assert value not in shown


@pytest.mark.parametrize(
    ("table", "expected"),
    [
        ("name,dob\nAda,1990-05-04\n", ["1990-05-04"]),
        ('"name";"Date of Birth"\r\n"Ada";"4 May 1990"\r\n', ["4 May 1990"]),
        ("| NHS Number | x |\n|---|---|\n| 943 476 5919 | 1 |\n", ["943 476 5919"]),
        ("user_password\tid\ntr0ub4dor\t1\n", ["tr0ub4dor"]),
        ("Mobiltelefon|Nr\n1234567890|2\n", ["1234567890"]),
        ("name,dob\n" + "Ada,none\n" * 1_000 + "Ada,1990-05-04\n", ["1990-05-04"]),
        ("name,phone,dob\n" + '"Lovelace, Ada",5550134567,1990-05-04\n', ["5550134567", "1990-05-04"]),
        ("name,built\nAda,1990-05-04\n", []),
        ("name,dob\n\nAda,1990-05-04\n", []),
        ("name,dob\nAda,1990-05-04,x\n", []),
        ("dob 1234,x\n1990-05-04,y\n", []),
    ],
)
def test_a_cell_is_what_the_head_of_its_column_says(table: str, expected: list[str]) -> None:
    assert [table[it.start : it.end] for it in DETECTOR.find(table)] == expected


@pytest.mark.parametrize(
    "unit", ["phone,", ",phone", "dob;ssn\n", "phone,phone\n", "dob;1234567\n", '"a,b","dob"\n', "a,b\n"]
)
def test_no_table_makes_it_slow(unit: str) -> None:
    """The cells to look at are at most a few times as long as the text, and are found in one go."""
    for text in (unit * ((1 << 20) // len(unit)), "x" * (1 << 20) + "\n" + unit):
        cells = announced(plainly(text))

        assert len(cells.text) <= 8 * len(text)


@pytest.mark.parametrize(
    ("text", "plain"),
    [
        ("Hasło", b"Haslo"),
        ("\uff11\uff12\uff13\uff1a", b"123:"),
        ("10\u2077", b"10?"),
        ("a\u0301\U0001f600\U0001d7d9\ud800", b"a??1?"),
        ("\u0151\u012b\u5bc6", b"oi?"),
        ("\u201cx\u201d\u00a0\u2013", b'"x" -'),
    ],
)
def test_each_letter_is_one_byte_whatever_it_was(text: str, plain: bytes) -> None:
    assert plainly(text) == plain


@given(st.text())
def test_no_text_changes_its_length(text: str) -> None:
    assert len(plainly(text)) == len(text)


@pytest.mark.parametrize("before", ["\U0001f600" * 3, "e\u0301", "\u5bc6\u7801\uff1a", "\u202e", "\ufeff"])
def test_spans_are_right_behind_letters_of_any_width(before: str) -> None:
    text = f"{before} \uff0bx, IBAN DE89\u00a03704 0044 0532 0130 00 \U0001f600 ada@example.org"

    assert [text[it.start : it.end] for it in DETECTOR.find(text)] == [
        "DE89\u00a03704 0044 0532 0130 00",
        "ada@example.org",
    ]


@pytest.mark.parametrize("joint", [" ", "-"])
def test_of_rows_of_readings_hardly_one_is_a_card(joint: str) -> None:
    """One in ten of four groups has Luhn's digit, and half of those begin as some card does."""
    chance = Random(11)
    rows = "\n".join(joint.join(f"{chance.randrange(10_000):04}" for _ in range(20)) for _ in range(500))

    assert len(DETECTOR.find(rows)) <= 50
    assert len(DETECTOR.find("4242 4242 4242 4242\n1234 4242-4242-4242-4242")) == 2


@pytest.mark.parametrize("rule", RULES, ids=lambda it: f"{it.kind}-{RULES.index(it)}")
def test_no_judge_fails_at_what_its_pattern_takes(rule: Rule) -> None:
    """As one did at the letter in the numbers of who was born in Finland since 2000."""

    # `st.from_regex` looks whether Python's own matcher takes what was drawn, for minutes with bad luck.
    drawn = base_regex_strategy(re.compile(rule.pattern, re.ASCII), alphabet=st.characters(max_codepoint=255))

    @settings(
        max_examples=40,
        deadline=None,
        database=None,
        derandomize=True,
        suppress_health_check=list(HealthCheck),
    )
    @given(drawn.filter(lambda text: compiled(rule.pattern).search(text.encode("latin-1")) is not None))
    def looks(text: str) -> None:
        for it in DETECTOR.find(text):
            assert it.masked

    looks()
