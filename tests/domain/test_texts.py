"""What a text is made of, and how it falls into chunks."""

from collections.abc import Callable, Sequence
from itertools import pairwise
from random import Random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from aether.domain.texts import (
    Block,
    BlockKind,
    ChunkText,
    Draft,
    EarlierChunk,
    Extracted,
    FileTooComplex,
    Role,
    chunks_of,
)

HEADING, PARAGRAPH, TABLE, CODE = (
    BlockKind.HEADING,
    BlockKind.PARAGRAPH,
    BlockKind.TABLE,
    BlockKind.CODE,
)
Row = tuple[str, BlockKind, Role, int | None]


def words(texts: Sequence[str]) -> list[int]:
    """A model that makes a token of each word, and adds two marks of its own."""
    return [len(text.split()) + 2 for text in texts]


def letters(texts: Sequence[str]) -> list[int]:
    """A model that makes a token of every three characters, and of the rest."""
    return [-(-len(text) // 3) for text in texts]


def unruly(texts: Sequence[str]) -> list[int]:
    """A model whose counts do not add up: joining texts costs more than they do alone."""
    return [len(text.split()) + text.count("\n") * 3 + len(text) // 40 for text in texts]


def extracted(*rows: Row) -> Extracted:
    draft = Draft()
    for said, kind, role, level in rows:
        draft.add(said, kind, role=role, level=level)
    return draft.finished(content_type="text/plain", extractor="test", version="1")


def body(said: str, kind: BlockKind = PARAGRAPH, level: int | None = None) -> Row:
    return said, kind, Role.BODY, level


def prose(count: int, *, of: str = "word") -> str:
    """*count* words in sentences of ten."""
    return " ".join(f"{of}{n}." if n % 10 == 9 else f"{of}{n}" for n in range(count)).replace(". w", ". W")


def uncovered(text: str, chunks: Sequence[ChunkText]) -> str:
    """What no chunk holds."""
    gaps = [0, *(place for chunk in chunks for place in (chunk.start, chunk.end)), len(text)]
    return "".join(text[start:end] for start, end in zip(gaps[::2], gaps[1::2], strict=True))


def kept(chunks: Sequence[ChunkText]) -> list[EarlierChunk]:
    """*chunks*, as they are remembered when the text is cut again."""
    return [EarlierChunk(start=it.start, end=it.end, text=it.text, headings=it.headings) for it in chunks]


def fresh(before: Sequence[ChunkText], after: Sequence[ChunkText]) -> int:
    """How many chunks were not there before."""
    known = {(chunk.headings, chunk.text) for chunk in before}
    return sum((chunk.headings, chunk.text) not in known for chunk in after)


words_and_worse = st.one_of(
    st.text(max_size=60),
    st.text(alphabet="ab .!?\n\t\u00a0\u200b。あ\u0301", max_size=400),
    st.integers(1, 300).map(prose),
    st.integers(1, 9000).map("x".__mul__),
)
rows = st.tuples(
    words_and_worse,
    st.sampled_from(BlockKind),
    st.sampled_from(Role),
    st.none() | st.integers(1, 6),
)


@settings(max_examples=300, deadline=None)
@given(st.lists(rows, max_size=12), st.sampled_from([words, letters, unruly]), st.integers(8, 64))
def test_every_visible_character_is_in_exactly_one_chunk_that_fits(
    given_rows: list[Row], count: Callable[[Sequence[str]], list[int]], most: int
) -> None:
    said = extracted(*given_rows)

    chunks = chunks_of(said, count_tokens=count, most_tokens=most)

    assert not uncovered(said.text, chunks).strip()
    assert all(before.end <= after.start for before, after in pairwise(chunks))
    assert [chunk.ordinal for chunk in chunks] == list(range(len(chunks)))
    for chunk in chunks:
        assert said.text[chunk.start : chunk.end] == chunk.text == chunk.text.strip("\n")
        assert chunk.tokens == count([chunk.text])[0]
        assert chunk.tokens <= most
        assert len(chunk.text) <= 16 * most
    assert chunks == chunks_of(said, count_tokens=count, most_tokens=most)


@settings(max_examples=200, deadline=None)
@given(st.lists(rows, max_size=12))
def test_a_text_is_its_blocks_in_order_with_only_space_between_them(given_rows: list[Row]) -> None:
    said = extracted(*given_rows)

    assert all(block.of(said.text).strip() for block in said.blocks)
    assert "\n\n".join(block.of(said.text) for block in said.blocks) == said.text
    assert said.text.encode().decode() == said.text
    assert Extracted.unpacked(said.packed()) == said


def test_a_long_text_is_told_and_heard_again_in_short_lines(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("aether.domain.texts.extracted.CHARACTERS_TOGETHER", 7)
    monkeypatch.setattr("aether.domain.texts.extracted.ROWS_TOGETHER", 2)
    draft = Draft()
    for number in range(5):
        draft.turn()
        draft.add(f"Page {number}: \N{GRINNING FACE} \N{LATIN SMALL LETTER A WITH DIAERESIS}")
    said = draft.finished(content_type="text/plain", extractor="test", version="1", metadata={"a": [1]})

    lines = list(said.lines())

    assert Extracted.of_lines(lines) == said
    assert max(len(line.get("text", "")) for line in lines) == 7
    assert max(len(line.get(rows, ())) for line in lines for rows in ("blocks", "pages")) == 2


def test_pages_know_where_they_begin_and_end_and_an_empty_one_is_empty() -> None:
    draft = Draft()
    for page in (["one", "two"], [], ["three"]):
        draft.turn()
        for said in page:
            draft.add(said)

    pages = draft.finished(content_type="x", extractor="test", version="1")

    assert [page.of(pages.text) for page in pages.pages] == ["one\n\ntwo", "", "three"]
    assert [block.page for block in pages.blocks] == [1, 1, 3]
    assert [page.number for page in pages.pages] == [1, 2, 3]


def test_what_no_store_can_hold_is_not_in_a_text() -> None:
    said = extracted(body("a\x00b\ud800c\r\nd\x0be\u2028f, e\u0301"))

    assert said.text == "abc\nd\ne\nf, \u00e9"


def test_a_text_without_end_is_refused() -> None:
    draft = Draft(most=100)
    draft.add("x" * 90)

    with pytest.raises(FileTooComplex, match="100 characters"):
        draft.add("x" * 9)


def test_a_text_is_called_after_its_first_highest_heading_unless_the_file_has_a_title() -> None:
    draft = Draft()
    draft.add("Preface", HEADING, level=2)
    draft.add("Rivers\nof the North", HEADING, level=1)

    assert draft.finished(content_type="x", extractor="t", version="1").title == "Rivers of the North"
    assert draft.finished(content_type="x", extractor="t", version="1", title=" Deltas ").title == "Deltas"


def test_short_sections_keep_to_themselves() -> None:
    said = extracted(
        body("Rivers", HEADING, 1),
        body(prose(40)),
        body("Deltas", HEADING, 1),
        body(prose(40, of="silt")),
    )

    chunks = chunks_of(said, count_tokens=words, most_tokens=256)

    assert [chunk.headings for chunk in chunks] == [("Rivers",), ("Deltas",)]
    assert chunks[1].text.startswith("Deltas\n\nsilt0 ")


def test_a_subsection_may_share_the_chunk_of_its_section_and_a_sibling_may_not() -> None:
    said = extracted(
        body("Rivers", HEADING, 1),
        body(prose(40)),
        body("Sources", HEADING, 2),
        body(prose(40)),
        body("Mouths", HEADING, 2),
        body(prose(40)),
    )

    chunks = chunks_of(said, count_tokens=words, most_tokens=256)

    assert [chunk.headings for chunk in chunks] == [("Rivers",), ("Rivers", "Mouths")]


def test_a_tiny_section_goes_with_the_next() -> None:
    said = extracted(
        body("Preface", HEADING, 1), body("Thanks."), body("Rivers", HEADING, 1), body(prose(60))
    )

    (chunk,) = chunks_of(said, count_tokens=words, most_tokens=256)

    assert chunk.headings == ()


def test_no_heading_is_left_behind_at_the_end_of_a_chunk() -> None:
    title = "Deltas and what they are made of, and where from"
    said = extracted(body(prose(120)), body(title, HEADING, 1), body(prose(200)))

    chunks = chunks_of(said, count_tokens=words, most_tokens=256)

    assert [chunk.text.split()[0] for chunk in chunks] == ["word0", "Deltas"]


def test_no_heading_stands_alone_before_a_paragraph_that_almost_fills_a_chunk() -> None:
    said = extracted(body("Deltas and their silt", HEADING, 1), body(prose(252)))

    first, *_ = chunks_of(said, count_tokens=words, most_tokens=256)

    assert first.tokens > 100


@pytest.mark.parametrize("kind", [TABLE, CODE])
def test_a_table_or_code_that_fits_stays_whole_and_a_longer_one_breaks_between_lines(kind: BlockKind) -> None:
    lines = "\n".join(f"row{n} | {prose(8)}" for n in range(20))
    longer = "\n".join(f"row{n} | {prose(8)}" for n in range(100))

    whole = chunks_of(extracted(body(prose(100)), body(lines, kind)), count_tokens=words)
    broken = chunks_of(extracted(body(longer, kind)), count_tokens=words)

    assert lines in {chunk.text for chunk in whole}
    assert len(broken) > 3
    assert all(chunk.text.startswith("row") for chunk in broken)
    assert "\n".join(chunk.text for chunk in broken) == longer


def test_a_long_paragraph_breaks_between_sentences_and_a_long_sentence_between_words() -> None:
    paragraph = chunks_of(extracted(body(prose(1000))), count_tokens=words)
    sentence = chunks_of(extracted(body(prose(1000).replace(".", ""))), count_tokens=words)

    assert all(chunk.text.endswith(".") for chunk in paragraph)
    assert " ".join(chunk.text for chunk in sentence) == prose(1000).replace(".", "")


def test_a_word_without_end_is_broken_between_letters() -> None:
    chunks = chunks_of(extracted(body("x" * 100_000)), count_tokens=words)

    assert "".join(chunk.text for chunk in chunks) == "x" * 100_000
    assert max(len(chunk.text) for chunk in chunks) <= 256 * 16


def test_what_stands_around_the_body_is_never_mixed_with_it() -> None:
    said = extracted(
        body("Rivers", HEADING, 1),
        body("Water runs."),
        ("Confidential", PARAGRAPH, Role.HEADER, None),
        ("Page 1", PARAGRAPH, Role.FOOTER, None),
    )

    chunks = chunks_of(said, count_tokens=words)

    assert [(chunk.role, chunk.headings) for chunk in chunks] == [
        (Role.BODY, ("Rivers",)),
        (Role.HEADER, ()),
        (Role.FOOTER, ()),
    ]


@pytest.mark.parametrize("place", [0, 500, 2_500, 4_990])
def test_a_word_more_changes_the_chunks_around_it_only(place: int) -> None:
    paragraphs = [f"In year {n} {prose(20 + n * 37 % 60, of=f'gauge{n}x')}" for n in range(5_000)]
    edited = [*paragraphs[:place], paragraphs[place] + " Indeed.", *paragraphs[place + 1 :]]

    before = chunks_of(extracted(*map(body, paragraphs)), count_tokens=words)
    after = chunks_of(extracted(*map(body, edited)), count_tokens=words)

    fresh = {chunk.sha256 for chunk in after} - {chunk.sha256 for chunk in before}
    assert len(before) > 1_000
    assert len(fresh) <= 3


@pytest.mark.parametrize("seed", range(4))
def test_a_word_that_is_edited_in_a_long_text_costs_three_chunks_at_most(seed: int) -> None:
    random = Random(seed)
    paragraphs = [
        body(f"Part {n}", HEADING, random.randint(1, 3))
        if random.random() < 0.1
        else body(f"Year {n}: " + prose(random.randint(5, 700), of=f"gauge{n}x"))
        for n in range(120)
    ]
    before = chunks_of(extracted(*paragraphs), count_tokens=words)
    assert len(before) > 120

    for place in random.sample(range(len(paragraphs)), 12):
        said, kind, role, level = paragraphs[place]
        several = said.split(" ")
        several[random.randrange(len(several))] = random.choice(["", "Edited", "twice as long", "so. And"])
        edited = [*paragraphs[:place], (" ".join(several), kind, role, level), *paragraphs[place + 1 :]]
        after = chunks_of(extracted(*edited), count_tokens=words, earlier=kept(before))
        # A heading that changes stands over the chunks of its section, and is embedded with each.
        assert fresh(before, after) <= 3 or kind is HEADING


@settings(max_examples=300, deadline=None)
@given(st.lists(rows, max_size=12), st.lists(rows, max_size=12), st.data())
def test_a_text_that_was_cut_before_is_cut_as_a_fresh_one_may_be(
    some: list[Row], others: list[Row], data: st.DataObject
) -> None:
    place = data.draw(st.integers(0, len(some)))
    count = data.draw(st.sampled_from([words, letters, unruly]))
    before = chunks_of(extracted(*some), count_tokens=count, most_tokens=32)
    said = extracted(*some[:place], *others, *some[place + data.draw(st.integers(0, 2)) :])

    chunks = chunks_of(said, count_tokens=count, most_tokens=32, earlier=kept(before))

    assert not uncovered(said.text, chunks).strip()
    assert all(one.end <= other.start for one, other in pairwise(chunks))
    assert [chunk.ordinal for chunk in chunks] == list(range(len(chunks)))
    assert all(chunk.text == said.text[chunk.start : chunk.end] for chunk in chunks)
    assert all(chunk.tokens <= 32 for chunk in chunks)
    assert chunks_of(said, count_tokens=count, most_tokens=32, earlier=kept(chunks)) == chunks


def test_so_it_does_where_all_sentences_are_alike() -> None:
    page = prose(20_000)

    before = chunks_of(extracted(body(page)), count_tokens=words)
    after = chunks_of(extracted(body("Now and then and here and there: " + page)), count_tokens=words)

    assert len({chunk.sha256 for chunk in after} - {chunk.sha256 for chunk in before}) <= 3


def test_tokens_are_asked_for_in_few_batches() -> None:
    asked = []

    def count(texts: Sequence[str]) -> list[int]:
        asked.append(len(texts))
        return words(texts)

    chunks_of(extracted(*(body(prose(n)) for n in range(1, 600))), count_tokens=count)

    assert len(asked) < 12


def test_blocks_are_plain_places() -> None:
    assert Block(start=1, end=3, kind=PARAGRAPH).of("abcd") == "bc"
