"""A file is cut into parts that a store takes."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from aether.domain.presigning import PART_LEAST, PARTS_MOST, Cut, PartsWrong


@given(length=st.integers(min_value=1, max_value=5 << 40))
def test_parts_are_as_many_and_as_large_as_a_store_takes(length: int) -> None:
    cut = Cut.of(length)

    assert 1 <= cut.count <= PARTS_MOST
    assert PART_LEAST <= cut.size <= 5 << 30
    assert cut.size % (1 << 20) == 0
    assert (cut.count - 1) * cut.size + cut.sized(cut.count) == length
    assert 1 <= cut.sized(cut.count) <= cut.sized(1) <= cut.size


@pytest.mark.parametrize("number", [-1, 0, 4])
def test_there_are_no_other_parts(number: int) -> None:
    with pytest.raises(PartsWrong):
        Cut.of(2 * PART_LEAST + 1).sized(number)
