"""Which chunks of long tables are found by meaning."""

from collections import Counter
from collections.abc import Sequence
from random import Random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from aether.domain.texts import BlockKind, ChunkText, Draft, EarlierChunk, Extracted, chunks_of, vectored

HEADER = ["Station", "Gauge"]
rows = st.lists(st.tuples(st.integers(0, 30), st.integers(0, 3)), min_size=1, max_size=120)


def words(texts: Sequence[str]) -> list[int]:
    """A model that makes a token of each word, and adds two marks of its own."""
    return [len(text.split()) + 2 for text in texts]


def sheet(rows: Sequence[Sequence[object]], *, name: str = "Gauges") -> Extracted:
    """A workbook of one sheet."""
    draft = Draft()
    draft.add(name, BlockKind.HEADING, level=1)
    draft.table([HEADER, *([str(cell) for cell in row] for row in rows)])
    return draft.finished(content_type="text/csv", extractor="test", version="1")


def cut(text: Extracted, *, earlier: Sequence[ChunkText] = ()) -> list[ChunkText]:
    """The chunks of *text*: a few rows each, what did not change as it was cut before."""
    before = [EarlierChunk(start=it.start, end=it.end, text=it.text, headings=it.headings) for it in earlier]
    return chunks_of(text, count_tokens=words, most_tokens=20, earlier=before)


def chosen(text: Extracted, chunks: Sequence[ChunkText], *, most: int | None) -> list[tuple[str, int]]:
    """What the chunks say that have vectors, and how often it was said before; so are vectors named."""
    said = Counter[str]()
    named = []
    for chunk in chunks:
        named.append((chunk.text, said[chunk.text]))
        said[chunk.text] += 1
    return [name for name, has_one in zip(named, vectored(text, chunks, most=most), strict=True) if has_one]


@given(rows, st.none() | st.integers(1, 40))
def test_so_many_chunks_within_tables_have_vectors_and_no_more(
    given_rows: list[tuple[int, int]], most: int | None
) -> None:
    text = sheet(given_rows)
    chunks = cut(text)
    within = len(chunks) - 1  # the first one says the name of the sheet too

    taken = vectored(text, chunks, most=most)

    assert len(taken) == len(chunks)
    assert sum(taken[1:]) == (within if most is None else min(within, most))
    assert all(taken[: 1 + ((most or 0) + 1) // 2])


@settings(max_examples=300, deadline=None)
@given(rows, st.integers(1, 40), st.data())
def test_a_row_that_is_edited_costs_three_vectors_at_most(
    given_rows: list[tuple[int, int]], most: int, data: st.DataObject
) -> None:
    place = data.draw(st.integers(0, len(given_rows) - 1))
    edited = [*given_rows]
    edited[place] = (data.draw(st.integers(0, 30)), edited[place][1])
    old, new = sheet(given_rows), sheet(edited)
    before = cut(old)
    after = cut(new, earlier=before)

    fresh = {*chosen(new, after, most=most)} - {*chosen(old, before, most=most)}

    assert len(fresh) <= 3


@pytest.mark.parametrize("seed", range(20))
def test_rows_that_come_or_go_cost_no_more_vectors_than_chunks(seed: int) -> None:
    random = Random(seed)
    some = [(random.randrange(10**6), random.randrange(10**6)) for _ in range(2_000)]
    place = random.randrange(2_000)
    fewer = some[:place] + some[place + random.randrange(1, 8) :]
    for old_rows, new_rows in ((some, fewer), (fewer, some)):
        old, new = sheet(old_rows), sheet(new_rows)
        before = cut(old)
        after = cut(new, earlier=before)
        whole = [{*chosen(old, before, most=None)}, {*chosen(new, after, most=None)}]
        changed = max(len(whole[1] - whole[0]), len(whole[0] - whole[1]))

        fresh = {*chosen(new, after, most=40)} - {*chosen(old, before, most=40)}

        assert len(fresh) <= changed <= 6


def test_the_sample_is_of_all_the_table() -> None:
    text = sheet([(row, row * row) for row in range(4_000)])
    chunks = cut(text)

    places = [place for place, taken in enumerate(vectored(text, chunks, most=80)) if taken]

    assert places[:41] == [*range(41)]
    assert all(
        sum(begin <= place < begin + len(chunks) // 4 for place in places[41:]) >= 3
        for begin in range(0, len(chunks) // 4 * 4, len(chunks) // 4)
    )


def test_what_a_table_repeats_is_not_drawn_before_what_it_says_once() -> None:
    text = sheet([(7, 7)] * 400 + [(row, row) for row in range(90)])
    chunks = cut(text)

    taken = Counter(said for said, _ in chosen(text, chunks, most=20))

    (often,) = (said for said, times in taken.items() if times > 1)
    assert taken[often] == 10
    assert len(taken) == 12


def test_what_is_said_beside_tables_has_vectors_all_the_same() -> None:
    draft = Draft()
    for place in range(60):
        draft.add(f"The station {place} is read each day at dawn, and again at dusk if it rains.")
        draft.table([[f"{place}.{row}", "gauge", "dry", "flood", "ice"] for row in range(12)])
    text = draft.finished(content_type="text/plain", extractor="test", version="1")
    chunks = cut(text)

    said = [said for said, _ in chosen(text, chunks, most=10)]

    assert sum("dawn" in each for each in said) == 60
    assert sum("read each day" not in each for each in said) < 60 < len(chunks) / 2


def test_a_sheet_by_another_name_has_the_same_sample() -> None:
    given_rows = [(row, row) for row in range(900)]
    one, other = sheet(given_rows), sheet(given_rows, name="Wells")

    samples = [chosen(text, cut(text), most=30)[1:] for text in (one, other)]

    assert samples[0] == samples[1]
