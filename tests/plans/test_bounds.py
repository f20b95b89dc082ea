"""However many documents are asked, what is kept of them stays within its bound."""

from typing import Any

import pytest
from graphql.execution.values import VariableValues, get_variable_values

from aether.adapters.neo4j import statements
from aether.adapters.neo4j.views import Neo4jViews
from aether.graphql import schema
from aether.graphql.plans import Plans
from aether.graphql.plans import engine as plans
from tests.graph.graphs import CYPHER

DOCUMENTS = 10_000


@pytest.fixture
def kept() -> Plans:
    nowhere: Any = None
    return Plans(schema.build()._schema, Neo4jViews(nowhere, statements.fragments(CYPHER)))


def values(kept: Plans, entry: plans._Entry, **given: object) -> VariableValues:
    assert entry.operation is not None
    found = get_variable_values(kept._schema, entry.operation.variable_definitions or (), given)
    assert isinstance(found, VariableValues)
    return found


def told(kept: Plans) -> int:
    return sum(entry.size for entry in kept._entries.values())


def test_ten_thousand_documents_stay_within_the_bound(kept: Plans) -> None:
    most = 0
    for number in range(DOCUMENTS):
        entry = kept._entry(f"{{ viewer {{ id }} }} # {number:01000}", None)
        if number % 20 == 0:
            assert kept._plan(entry, values(kept, entry)) is not None
        most = max(most, kept._size)

    assert len(kept._entries) < DOCUMENTS
    assert kept._size == told(kept)
    assert plans.BYTES_MOST / 2 < most <= plans.BYTES_MOST


def test_documents_that_are_wrong_stay_within_the_bound_too(
    kept: Plans, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(plans, "BYTES_MOST", 200_000)
    for number in range(1_000):
        assert kept._entry(f"{{ nothing{number} }}", None).operation is None
        assert kept._entry(f"{{ # {number}", None).operation is None

    assert kept._size == told(kept) <= 200_000


def test_the_plans_of_one_document_are_bounded(kept: Plans) -> None:
    flags = [f"f{place}" for place in range(10)]
    declared = ", ".join(f"${flag}: Boolean!" for flag in flags)
    asked = " ".join(f"{flag}: id @include(if: ${flag})" for flag in flags)
    entry = kept._entry(f"query ({declared}) {{ viewer {{ id {asked} }} }}", None)
    for number in range(1 << len(flags)):
        given = {flag: bool(number >> place & 1) for place, flag in enumerate(flags)}
        kept._plan(entry, values(kept, entry, **given))

    assert len(entry.plans) == plans.VARIANTS_MOST
    assert kept._size == told(kept) <= plans.BYTES_MOST


def test_variables_of_different_shapes_have_different_plans_and_values_alone_do_not(kept: Plans) -> None:
    entry = kept._entry(
        "query ($n: Int, $text: String, $with: Boolean!, $order: NotebookOrder!) {"
        " notebooks(first: $n, filter: {text: $text}, orderBy: $order) { totalCount @include(if: $with) } }",
        None,
    )
    given = {"n": 1, "text": "a", "with": True, "order": "NAME"}
    plan = kept._plan(entry, values(kept, entry, **given))

    assert plan is not None
    assert kept._plan(entry, values(kept, entry, **{**given, "n": 2, "text": "b"})) is plan
    for other in ({"text": None}, {"with": False}, {"order": "CREATED"}):
        assert kept._plan(entry, values(kept, entry, **{**given, **other})) is not plan
