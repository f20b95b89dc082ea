import pytest

from aether.domain.errors import Invalid
from aether.domain.pages import MOST, Page, Place, Slice


@pytest.mark.parametrize("first", [0, -1, MOST + 1])
def test_a_page_has_its_limits(first: int) -> None:
    with pytest.raises(Invalid) as refusal:
        Slice(first=first)

    assert refusal.value.field == "first"


def test_a_page_from_one_to_a_hundred_is_given() -> None:
    assert [Slice(first=first).first for first in (1, MOST)] == [1, 100]


def test_a_page_can_be_seen_otherwise_and_keeps_its_places() -> None:
    page = Page(items=[("a", Place(key=1, id="x")), ("b", Place(key=2, id="y"))], has_next=True, total=7)

    seen = page.of(str.upper)

    assert seen.items == [("A", Place(key=1, id="x")), ("B", Place(key=2, id="y"))]
    assert (seen.has_next, seen.total) == (True, 7)
