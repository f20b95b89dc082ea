import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from aether.domain import checks
from aether.domain.errors import Invalid


def test_a_line_is_trimmed_and_of_one_form() -> None:
    assert checks.line("  a\t b\n\nc ", field="name", most=9) == "a b c"
    assert checks.line("e\u0301", field="name", most=1) == "\u00e9"


@given(text=st.text())
def test_a_line_that_passes_passes_again_unchanged(text: str) -> None:
    try:
        line = checks.line(text, field="name", most=50)
    except Invalid:
        return
    assert checks.line(line, field="name", most=50) == line
    assert 1 <= len(line) <= 50
    assert line == unicodedata.normalize("NFC", line)
    assert "\n" not in line
    line.encode()


@given(text=st.text())
def test_prose_that_passes_passes_again_unchanged(text: str) -> None:
    try:
        prose = checks.prose(text, field="description", most=50)
    except Invalid:
        return
    assert checks.prose(prose, field="description", most=50) == prose
    assert "\r\n" not in prose
    prose.encode()


@pytest.mark.parametrize(
    ("value", "told"),
    [
        ("", "Name must not be empty."),
        (" \n\t ", "Name must not be empty."),
        ("x" * 10, "Name can have at most 9 characters; it has 10."),
        ("a\x00b", "Name holds the character U+0000, which is not allowed."),
        ("a\x1bb", "Name holds the character U+001B, which is not allowed."),
        ("a\u202eb", "Name holds the character U+202E, which is not allowed."),
        ("a\u2066b", "Name holds the character U+2066, which is not allowed."),
        ("a\ud800b", "Name holds the character U+D800, which is not allowed."),
    ],
)
def test_a_line_that_does_not_pass_says_why(value: str, told: str) -> None:
    with pytest.raises(Invalid) as refusal:
        checks.line(value, field="name", most=9)

    assert (refusal.value.message, refusal.value.field) == (told, "name")


def test_prose_keeps_its_lines_and_may_be_empty() -> None:
    assert checks.prose(" a\r\nb\n\nc ", field="x", most=9) == "a\nb\n\nc"
    assert checks.prose("  ", field="x", most=9) == ""
    with pytest.raises(Invalid):
        checks.prose("x" * 10, field="x", most=9)


def test_words_are_distinct_and_in_their_first_order() -> None:
    assert checks.words([" b", "a ", "b"], field="tags", most=2, longest=9) == ("b", "a")
    with pytest.raises(Invalid, match="at most 2 tags; 3 were given"):
        checks.words(["a", "b", "c"], field="tags", most=2, longest=9)
    with pytest.raises(Invalid):
        checks.words(["a", ""], field="tags", most=2, longest=9)


def test_a_number_lies_within_its_limits() -> None:
    assert [checks.number(n, field="days", least=1, most=3) for n in (1, 2, 3)] == [1, 2, 3]
    for wrong in (0, 4):
        with pytest.raises(Invalid, match=f"Days must be from 1 to 3; it is {wrong}."):
            checks.number(wrong, field="days", least=1, most=3)


@pytest.mark.parametrize("value", ["", "a", "a@b", "a b@c.d", "a@b@c.d", "@b.c", "a@" + "b" * 260 + ".c"])
def test_what_is_no_address_is_refused(value: str) -> None:
    with pytest.raises(Invalid):
        checks.email(value)


def test_an_address_is_kept_in_lower_case() -> None:
    assert checks.email(" Ada@Rivers.Test ") == "ada@rivers.test"
