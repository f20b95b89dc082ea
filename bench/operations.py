"""The operations that are measured, and the graph they are measured on."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from bench.aether import Running

NOTEBOOKS = 50
CHAIN = 20
GRANTS = 1_000
AT_A_TIME = 25

_CREATE = "mutation($input: CreateNotebookInput!) { createNotebook(input: $input) { notebook { id } } }"


@dataclass(frozen=True, slots=True, kw_only=True)
class Operation:
    """An operation, and how many clients ask for it at once."""

    name: str
    bodies: Sequence[dict[str, object]]
    at_once: int = 16


def create(running: Running, name: str, parent: str | None = None) -> str:
    """The id of a new notebook."""
    made = running.ask(_CREATE, input={"name": name, "parentId": parent})
    return str(made["createNotebook"]["notebook"]["id"])


def many(running: Running, names: Sequence[str]) -> None:
    """Make notebooks, several with each request."""
    for begin in range(0, len(names), AT_A_TIME):
        some = names[begin : begin + AT_A_TIME]
        fields = " ".join(
            f'n{place}: createNotebook(input: {{ name: "{name}" }}) {{ notebook {{ id }} }}'
            for place, name in enumerate(some)
        )
        running.ask(f"mutation {{ {fields} }}")


def seeded(running: Running) -> Iterator[Operation]:
    """The graph, made through the API, and the operations on it."""
    top = create(running, "Top")
    for place in range(NOTEBOOKS):
        create(running, f"Child {place:02}", top)
    deepest = create(running, "Chain 1")
    for place in range(2, CHAIN + 1):
        deepest = create(running, f"Chain {place}", deepest)
    many(running, [f"Grant {place:04}" for place in range(GRANTS)])
    yield Operation(name="viewer", bodies=[_body("{ viewer { id username fullName roles } }")])
    yield Operation(name="notebook by id", bodies=[_body(_NOTEBOOK, id=top)])
    yield Operation(
        name=f"{NOTEBOOKS} notebooks nested, 5 documents each", bodies=[_body(_NESTED, id=top)], at_once=8
    )
    yield Operation(
        name=f"permission on a chain of {CHAIN}, a viewer of {GRANTS:,} grants",
        bodies=[_body("query($id: ID!) { notebook(id: $id) { viewerPermission } }", id=deepest)],
    )
    yield Operation(name="create notebook", bodies=[_body(_CREATE, input={"name": "Made"})])


def _body(query: str, **variables: Any) -> dict[str, object]:
    return {"query": query, "variables": variables}


_NOTEBOOK = """query($id: ID!) {
  notebook(id: $id) {
    id name description visibility tags documentCount createdAt updatedAt viewerPermission
    owner { id username fullName }
    documents(first: 10) { edges { node { id name } } }
  }
}"""
_NESTED = """query($id: ID!) {
  notebook(id: $id) {
    children(first: 50) { totalCount edges { node {
      id name documentCount viewerPermission updatedAt
      owner { username }
      documents(first: 5) { edges { node { id name processingStatus } } }
    } } }
  }
}"""
