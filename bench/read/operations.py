"""The operations of the race in both servers' words, and what their answers mean."""

import json
import random
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple

from aether.domain.notebooks import Visibility
from bench.read.servers import Dialect, Server
from bench.read.world import PEOPLE, VIEWERS, World

CREATED = "2026-11-21T12:00:00.000Z"
"""What the peer's clients say themselves: it sets no instants but by its own type, which needs APOC."""

Answer = dict[str, Any]

BODIES = 500
"""So many requests are made beforehand for an operation, and asked in turn."""


class Person(NamedTuple):
    """A user: their place among them, and their id."""

    place: int
    id: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Choice:
    """Who asks for what.

    Attributes:
        viewer: Who reads.
        writer: Who writes, of many more, so that they do not wait for each other.
        notebook: One that the viewer reads.
        large: Ten with a hundred documents and more.
    """

    viewer: Person
    writer: Person
    notebook: str
    large: Sequence[str]


@dataclass(frozen=True, slots=True, kw_only=True)
class Words:
    """An operation in a server's words.

    Attributes:
        variables: Those of a choice.
        rows: What an answer's data means, the same for all servers.
    """

    query: str
    variables: Callable[[Choice], Mapping[str, Any]]
    rows: Callable[[Answer], Any]


@dataclass(frozen=True, slots=True, kw_only=True)
class Operation:
    """An operation, and how many clients ask for it at once."""

    letter: str
    name: str
    at_once: int
    words: Mapping[Dialect, Words]
    reads: bool = True

    def token(self, server: Server, choice: Choice) -> str:
        """The token of who asks."""
        return server.tokens[(choice.viewer if self.reads else choice.writer).place]

    def body(self, server: Server, choice: Choice) -> str:
        """The request for *choice*."""
        words = self.words[server.dialect]
        return json.dumps({"query": words.query, "variables": words.variables(choice)})


def choices(world: World) -> Iterator[Choice]:
    """Choices without end, always the same."""
    chance = random.Random("choices")
    people = [Person(place, world.users[place]["id"]) for place in range(PEOPLE)]
    readable = [world.readable(viewer) for viewer in range(VIEWERS)]
    while True:
        viewer = people[chance.randrange(VIEWERS)]
        yield Choice(
            viewer=viewer,
            writer=chance.choice(people),
            notebook=chance.choice(readable[viewer.place]),
            large=chance.sample(world.large, 10),
        )


_DOCUMENT = "id name processingStatus fileSize uploadedAt"
_NOTEBOOK = "id name description tags createdAt"
_OWNER = "owner { id username fullName }"
_LARGE = range(10)


def _edges(first: int) -> str:
    return f"documents(first: {first}) {{ edges {{ node {{ {_DOCUMENT} }} }} }}"


def _limited(limit: int) -> str:
    # By name as Aether sorts too: the peer loses the order of what is not asked for.
    sort = "sort: [{ name: ASC }, { id: ASC }]"
    return f"documents(limit: {limit}, {sort}) {{ {_DOCUMENT} }}"


def _notebook(told: Answer) -> Answer:
    """A notebook as either server tells of it, in the same words."""
    owner, documents = told.get("owner"), told["documents"]
    if isinstance(documents, dict):
        documents = [edge["node"] for edge in documents["edges"]]
    return {
        **{name: _plain(name, value) for name, value in told.items() if name not in {"owner", "documents"}},
        "owner": owner[0] if isinstance(owner, list) else owner,
        "documents": [{name: _plain(name, value) for name, value in each.items()} for each in documents],
    }


def _plain(name: str, value: Any) -> Any:
    if name == "processingStatus":
        return value.lower()
    if name.endswith("At"):
        return _instant(value)
    return int(value) if name == "fileSize" else value


def _instant(text: str) -> str:
    """An instant without the zeros that a server may write behind it."""
    return text.removesuffix("Z").removesuffix("+00:00").rstrip("0").rstrip(".") if "." in text else text[:19]


def _large(told: Sequence[Answer]) -> Mapping[str, Answer]:
    return {each["id"]: _notebook(each) for each in told}


ONE = Operation(
    letter="a",
    name="a notebook, its owner, 10 documents",
    at_once=32,
    words={
        "aether": Words(
            query=f"query($id: ID!) {{ notebook(id: $id) {{ {_NOTEBOOK} {_OWNER} {_edges(10)} }} }}",
            variables=lambda choice: {"id": choice.notebook},
            rows=lambda data: _notebook(data["notebook"]),
        ),
        "peer": Words(
            query=f"""query($id: ID!) {{
              notebooks(where: {{ id: {{ eq: $id }} }}) {{ {_NOTEBOOK} {_OWNER} {_limited(10)} }}
            }}""",
            variables=lambda choice: {"id": choice.notebook},
            rows=lambda data: _notebook(data["notebooks"][0]),
        ),
    },
)
OWN = Operation(
    letter="b",
    name="50 notebooks of the viewer, 5 documents each",
    at_once=8,
    words={
        "aether": Words(
            query=f"""query {{
              notebooks(first: 50, filter: {{ shelf: OWNED }}) {{
                edges {{ node {{ id name tags {_OWNER} {_edges(5)} }} }}
              }}
            }}""",
            variables=lambda _: {},
            rows=lambda data: [_notebook(edge["node"]) for edge in data["notebooks"]["edges"]],
        ),
        # From the user on: `notebooks(where: { owner: … })` asks the same, but looks through all notebooks.
        "peer": Words(
            query=f"""query($user: ID!) {{
              users(where: {{ id: {{ eq: $user }} }}) {{
                notebooks(limit: 50, sort: [{{ name: ASC }}, {{ id: ASC }}]) {{
                  id name tags {_OWNER} {_limited(5)}
                }}
              }}
            }}""",
            variables=lambda choice: {"user": choice.viewer.id},
            rows=lambda data: [_notebook(each) for each in data["users"][0]["notebooks"]],
        ),
    },
)
MANY = Operation(
    letter="c",
    name="1,000 documents of 10 notebooks",
    at_once=8,
    words={
        "aether": Words(
            query=(
                f"query({', '.join(f'$n{place}: ID!' for place in _LARGE)}) {{"
                + " ".join(f"n{place}: notebook(id: $n{place}) {{ id {_edges(100)} }}" for place in _LARGE)
                + "}"
            ),
            variables=lambda choice: {f"n{place}": choice.large[place] for place in _LARGE},
            rows=lambda data: _large(list(data.values())),
        ),
        "peer": Words(
            query=f"""query($ids: [ID!]!) {{
              notebooks(where: {{ id: {{ in: $ids }} }}) {{ id {_limited(100)} }}
            }}""",
            variables=lambda choice: {"ids": choice.large},
            rows=lambda data: _large(data["notebooks"]),
        ),
    },
)
CREATE = Operation(
    letter="d",
    name="create a notebook",
    at_once=32,
    reads=False,
    words={
        "aether": Words(
            query="""mutation($input: CreateNotebookInput!) {
              createNotebook(input: $input) { notebook { id name createdAt } }
            }""",
            variables=lambda _: {"input": {"name": "Made"}},
            rows=lambda data: data["createNotebook"]["notebook"],
        ),
        "peer": Words(
            query="""mutation($input: NotebookCreateInput!) {
              createNotebooks(input: [$input]) { notebooks { id name createdAt } }
            }""",
            variables=lambda choice: {
                "input": {
                    "name": "Made",
                    "visibility": Visibility.PRIVATE.value,
                    "tags": [],
                    "createdAt": CREATED,
                    "updatedAt": CREATED,
                    "owner": {"connect": [{"where": {"node": {"id": {"eq": choice.writer.id}}}, "edge": {}}]},
                }
            },
            rows=lambda data: data["createNotebooks"]["notebooks"][0],
        ),
    },
)
ALL = (ONE, OWN, MANY, CREATE)
