"""Plans as clients meet them: what is answered by one, and what admins are told of it."""

from typing import Any

import pytest
from graphql import GraphQLObjectType, OperationType, get_operation_ast, is_leaf_type, parse
from graphql.type import get_named_type

from aether import demo
from aether.adapters.api_client import operations
from aether.adapters.neo4j.words import KINDS as WORDS
from aether.adapters.neo4j.words import ROOTS
from aether.graphql import schema
from aether.graphql.plans.shapes import FIELDS, KINDS, Linked, Made, Sought
from tests.graphql.house import Caller

RESOLVED = {
    ("Query", "explainAccess"): "tells paths, which no view has",
    ("Query", "loginUrl"): "nothing of the graph",
    ("Query", "node"): "leads to what its id says",
    ("Query", "serverTime"): "nothing of the graph",
    ("Query", "verifyToken"): "asks the issuer",
}
"""The fields of questions that are resolved one by one, and why."""


def asks(text: str) -> bool:
    operation = get_operation_ast(parse(text))
    return operation is not None and operation.operation is OperationType.QUERY


OURS = {name: text for name, text in vars(operations).items() if name.isupper() and name[0] != "_"}
EXAMPLES = {it["name"]: it["query"] for it in demo.examples([])}
QUESTIONS = {name: text for name, text in (OURS | EXAMPLES).items() if asks(text)}


async def explained(caller: Caller, query: str, /, **variables: object) -> dict[str, Any]:
    body = {"query": query, "variables": variables, "extensions": {"explain": True}}
    told = (await caller.post(body)).json()
    assert "errors" not in told
    return dict(told.get("extensions", {}).get("plan", {}))


def test_every_field_is_mapped_or_made_or_resolved_and_it_is_known_by_whom() -> None:
    types = schema.build()._schema.type_map
    unknown = []
    for name in (*KINDS, "Query"):
        type = types[name]
        assert isinstance(type, GraphQLObjectType)
        known = WORDS[KINDS[name]] if name in KINDS else None
        for field, definition in type.fields.items():
            shape = FIELDS.get((name, field))
            word = definition.extensions["strawberry-definition"].python_name
            mapped = (
                known is not None and word in known.leaves and is_leaf_type(get_named_type(definition.type))
            )
            match shape:
                case Made(needs=needs) if known is not None and set(needs) <= known.leaves.keys():
                    continue
                case Linked(word=str() as leads) if leads in (ROOTS if known is None else known.branches):
                    continue
                case Linked(word=chosen) if callable(chosen) and known is None:
                    continue
                case Sought():
                    continue
                case None if mapped or (name, field) in RESOLVED:
                    continue
            unknown.append((name, field))

    assert unknown == []


def test_no_word_is_there_for_nothing() -> None:
    needed = {word for shape in FIELDS.values() if isinstance(shape, Made) for word in shape.needs}
    fields = {
        (KINDS[name], definition.extensions["strawberry-definition"].python_name)
        for name, type in schema.build()._schema.type_map.items()
        if name in KINDS and isinstance(type, GraphQLObjectType)
        for definition in type.fields.values()
    }
    idle = {
        (kind, word)
        for kind, words in WORDS.items()
        for word in words.leaves
        if (kind.replace("collaborator", "collaboration"), word) not in fields and word not in needed
    }

    assert idle == set()


@pytest.mark.parametrize("name", QUESTIONS)
async def test_what_our_own_clients_ask_is_answered_by_plans(root: Caller, name: str) -> None:
    book = await root.notebook()
    document, job = await root.upload(book)
    ids = {"id": job if name == "JOB" else document if name == "DOCUMENT_JOBS" else book, "parent": book}
    given = {**ids, "text": "C", "query": "rivers", "mode": "FULLTEXT", "first": 5, "notebook": book}
    asked = get_operation_ast(parse(QUESTIONS[name]))
    assert asked is not None
    names = [it.variable.name.value for it in asked.variable_definitions or ()]

    told = await explained(root, QUESTIONS[name], **{it: given[it] for it in names if it in given})

    assert told["answeredBy"] == "plan"


async def test_only_admins_are_told_how_they_were_answered(root: Caller, ada: Caller, nobody: Caller) -> None:
    assert (await explained(root, "{ viewer { id } }")).keys() == {
        "answeredBy",
        "statement",
        "readMilliseconds",
        "completionMilliseconds",
    }
    assert (await explained(root, "{ viewer { id } }"))["statement"] == "views/viewer"
    assert (await explained(root, "{ serverTime }"))["answeredBy"] == "execution"
    assert await explained(ada, "{ viewer { id } }") == {}
    assert await explained(nobody, "{ __typename }") == {}


async def test_instants_are_told_to_the_millisecond_in_both_ways(ada: Caller) -> None:
    book = await ada.notebook()

    planned = await ada.ask("query ($id: ID!) { notebook(id: $id) { createdAt } }", id=book)
    executed = await ada.ask("query ($id: ID!) { notebook(id: $id) { createdAt } serverTime }", id=book)

    assert planned["notebook"] == executed["notebook"]
    assert len(planned["notebook"]["createdAt"]) == len("2026-05-01T09:30:00.000Z")
    assert executed["serverTime"].endswith("Z")
