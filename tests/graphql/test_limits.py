"""How much an operation may ask for, known before it runs."""

import pytest

from tests.graphql.house import Caller, code_of

RESPONSE = "application/graphql-response+json"


def chained(field: str, times: int) -> str:
    return "{ node(id: 1) { ... on Notebook { " + f"{field} {{ " * times + "id" + " }" * times + "} } }"


@pytest.mark.parametrize(
    "query",
    [
        "{" + " ".join(f"a{n}: __typename" for n in range(31)) + "}",
        "{" + " __typename" * 4_000 + "}",
        chained("parent", 12),
        "{" * 1_000 + "}" * 1_000,
        "{ user(id: " + "[" * 1_000 + "]" * 1_000 + ") { id } }",
        "{ node(id: 1) { ...A } } fragment A on Notebook { parent { ...B } } fragment B on Notebook { "
        + "parent { " * 11
        + "id"
        + " }" * 11
        + "}",
        "{ ...A } fragment A on Query { ...B } fragment B on Query { ...A }",
    ],
    ids=["aliases", "tokens", "depth", "braces", "brackets", "depth in fragments", "circles"],
)
async def test_what_asks_for_too_much_is_refused_before_it_runs(nobody: Caller, query: str) -> None:
    answer = await nobody.post({"query": query}, accept=RESPONSE)

    assert answer.status_code == 400
    codes = {error["extensions"]["code"] for error in answer.json()["errors"]}
    assert codes <= {"GRAPHQL_VALIDATION_FAILED", "GRAPHQL_PARSE_FAILED"}


async def test_what_stays_within_the_limits_is_answered(nobody: Caller) -> None:
    aliases = await nobody.ask("{" + " ".join(f"a{n}: __typename" for n in range(30)) + "}")
    depth = await nobody.ask(chained("parent", 10))

    assert len(aliases) == 30
    assert depth == {"node": None}


@pytest.mark.timeout(10)
@pytest.mark.parametrize("names", ["", "a{n}: __typename "])
async def test_fragments_that_double_cost_nothing(nobody: Caller, names: str) -> None:
    doubling = [
        f"fragment F{n} on Query {{ {names.format(n=n)} ...F{n + 1} ...F{n + 1} }}" for n in range(150)
    ]

    query = f"{{ ...F0 }} {' '.join(doubling)} fragment F150 on Query {{ __typename }}"
    answer = await nobody.post({"query": query})

    assert answer.status_code == 200


async def test_variables_that_nest_too_deeply_are_refused(ada: Caller) -> None:
    outline: dict[str, object] = {"name": "Leaf"}
    for _ in range(400):
        outline = {"name": "Branch", "children": [outline]}

    query = "mutation ($i: CreateNotebookTemplateInput!) { createNotebookTemplate(input: $i) { __typename } }"
    answer = await ada.post({"query": query, "variables": {"i": {"name": "Deep", "outline": outline}}})

    assert code_of(answer) == "GRAPHQL_VALIDATION_FAILED"
