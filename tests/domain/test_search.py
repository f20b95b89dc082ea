import hashlib

import pytest
from hypothesis import given
from hypothesis import strategies as st

from aether.domain.documents import Chunk, ChunkId, DocumentId
from aether.domain.search import SNIPPET, Scores, snippet


def chunk(text: str, *, start: int = 0) -> Chunk:
    return Chunk(
        id=ChunkId("chunk_x"),
        document=DocumentId("document_x"),
        ordinal=0,
        page=None,
        start=start,
        end=start + len(text),
        headings=(),
        text=text,
        text_hash=hashlib.sha256(text.encode()).hexdigest(),
        file_hash="",
    )


def marked(text: str, asked: str) -> list[str]:
    """What is highlighted in *text*."""
    shown = snippet(chunk(text), asked)
    return [shown.text[begin:end] for begin, end in shown.highlights]


def test_the_parts_of_a_score_are_weighed() -> None:
    assert Scores(meaning=1, words=1, popularity=1, recency=1).total == pytest.approx(1.0)
    assert Scores(meaning=1).total == pytest.approx(0.6)
    assert Scores(words=1).total == pytest.approx(0.2)
    assert Scores().total == 0


@pytest.mark.parametrize(
    ("text", "asked", "expected"),
    [
        ("The Rhine floods.", "rhine", ["Rhine"]),
        ("The river and the rivers", "river", ["river", "rivers"]),
        ("An eel and another", "an eel", ["An", "eel"]),
        ("a cat, a category", "cat", ["cat"]),
        ("Straße und STRASSE", "straße", ["Straße"]),
        ("C++ is (not) [a] regex.*", "c++ [a] .*", ["C", "a"]),
        ("日本語 text", "日本語", ["日本語"]),
        ("nothing of it", "eel", []),
        ("anything", "", []),
        ("anything", "+-*/", []),
    ],
)
def test_the_words_that_were_asked_for_are_highlighted(text: str, asked: str, expected: list[str]) -> None:
    assert marked(text, asked) == expected


def test_a_snippet_begins_shortly_before_the_first_word_at_a_word() -> None:
    text = "word " * 100 + "salmon " + "more " * 100

    shown = snippet(chunk(text, start=1_000), "salmon")

    assert len(shown.text) == SNIPPET
    assert shown.text.startswith("word ")
    begin = shown.start - 1_000
    assert text[begin : begin + len(shown.text)] == shown.text
    (mark,) = shown.highlights
    assert shown.text[slice(*mark)] == "salmon"


def test_a_snippet_without_words_is_the_beginning() -> None:
    text = "meaning only " * 40

    shown = snippet(chunk(text, start=7), "salmon")

    assert (shown.text, shown.start, shown.highlights) == (text[:SNIPPET], 7, ())


@given(
    text=st.text(st.sampled_from("ab eé\n.ß\u0301İ\U0001d518"), max_size=600),
    asked=st.text(st.sampled_from('abe ß.*+"İ\U0001d518'), max_size=12),
    start=st.integers(0, 9_999),
)
def test_a_snippet_is_a_part_of_its_chunk_and_marks_lie_within(text: str, asked: str, start: int) -> None:
    shown = snippet(chunk(text, start=start), asked)

    begin = shown.start - start
    assert text[begin : begin + len(shown.text)] == shown.text
    assert len(shown.text) <= SNIPPET
    for place, (first, last) in enumerate(shown.highlights):
        assert 0 <= first < last <= len(shown.text)
        if place:
            assert shown.highlights[place - 1][1] <= first
