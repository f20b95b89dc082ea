"""How many things an operation may ask for, counted before any is read."""

import time

import pytest
from graphql import parse

from aether.graphql.cost import NODES_MOST, nodes_asked

NESTED = """query($first: Int!) { notebooks(first: $first) { totalCount edges { node {
  id owner { username } children(first: 50) { edges { node {
    id documents(first: 10) { edges { node { id } } }
  } } }
} } } }"""


@pytest.mark.parametrize(
    ("query", "asked"),
    [
        ("{ viewer { id } }", 1),
        ("{ notebooks(first: 10) { edges { node { id } } } }", 10),
        ("{ notebooks { edges { node { id } } } }", 20),
        ("{ notebooks(first: 10) { edges { node { id owner { username } } } } }", 20),
        ("{ a: notebooks(first: 3) { totalCount } b: notebooks(first: 4) { totalCount } }", 7),
        (
            "{ notebook(id: 1) { ...It } } fragment It on Notebook { children(first: 5) { totalCount } }",
            6,
        ),
        ("{ notebook(id: 1) { ... on Notebook { ancestors { id } } } }", 21),
        ("{ rows { edges { node { cells { text } } } } }", 20 * 21),
        ("{ rows(first: 3) { edges { node { cells(first: 50, offset: 9) { text } } } } }", 3 * 51),
    ],
)
def test_lists_in_lists_are_multiplied(query: str, asked: int) -> None:
    assert nodes_asked(parse(query), None, {}) == asked


def test_a_variable_counts_with_its_value() -> None:
    few, many = (nodes_asked(parse(NESTED), None, {"first": first}) for first in (1, 100))

    assert few == 1 * (1 + 1 + 50 * (1 + 10))
    assert many == 100 * few
    assert few < NODES_MOST < many


def test_a_variable_that_is_not_given_counts_with_its_default() -> None:
    query = NESTED.replace("Int!", "Int! = 100")

    assert nodes_asked(parse(query), None, {}) == nodes_asked(parse(query), None, {"first": 100}) > NODES_MOST
    assert nodes_asked(parse(query), None, {"first": 1}) < NODES_MOST


def test_fragments_that_double_each_other_are_counted_in_no_time() -> None:
    bomb = (
        "{ ...F0 }"
        + "".join(f" fragment F{n} on Query {{ ...F{n + 1} ...F{n + 1} }}" for n in range(60))
        + " fragment F60 on Query { viewer { id } }"
    )
    begun = time.perf_counter()

    assert nodes_asked(parse(bomb), None, {}) == 2**60
    assert time.perf_counter() - begun < 10
