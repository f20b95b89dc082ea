"""Plans as clients meet them: what is answered by one, and what admins are told of it."""

from typing import Any, cast

import pytest
from graphql import GraphQLObjectType, OperationType, get_operation_ast, is_leaf_type, parse
from graphql.type import get_named_type
from typing_extensions import override

from aether import demo
from aether.adapters.api_client import operations
from aether.adapters.neo4j.words import KINDS as WORDS
from aether.adapters.neo4j.words import ROOTS
from aether.domain.errors import Unavailable
from aether.domain.tenants import TenantId
from aether.domain.users import UserId
from aether.domain.viewers import Viewer
from aether.domain.views import View, Views
from aether.graphql import schema
from aether.graphql.context import Context, Ports
from aether.graphql.plans.shapes import FIELDS, KINDS, Linked, Made, Sought
from tests.graphql.house import Caller

RESOLVED = {
    ("Document", "currentVersion"): "seldom asked: the version's own statement answers",
    ("Document", "documentVersions"): "seldom asked: the versions' own statement answers",
    ("Document", "tables"): "are found in the text, which is a blob",
    ("Document", "twins"): "are sought by their bytes, everywhere that one may read",
    ("Document", "pageImageUrl"): "takes arguments that nothing of the graph depends on",
    ("Job", "eta"): "is judged by other jobs, and by the queue",
    ("Query", "callbackDeliveries"): "one's own, which nothing of the access rule concerns",
    ("Query", "callbacks"): "one's own, which nothing of the access rule concerns",
    ("Query", "directUploadParts"): "signs URLs",
    ("Query", "documentDiff"): "compares texts",
    ("Query", "explainAccess"): "tells paths, which no view has",
    ("Query", "loginUrl"): "nothing of the graph",
    ("Query", "node"): "leads to what its id says",
    ("Query", "serverTime"): "nothing of the graph",
    ("Query", "trashedDocuments"): "what is deleted, which no view shows",
    ("Query", "upload"): "counts bytes on the disk",
    ("Query", "uploadBatch"): "counts what has become of uploads",
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


MAKE = """
mutation ($name: String!, $first: Int!) {
  made: createNotebook(input: {name: $name}) {
    userErrors { code field message }
    notebook {
      __typename id name viewerPermission compliance { classification }
      owner { username } children(first: $first) { totalCount edges { node { id } } }
    }
  }
  refused: createNotebook(input: {name: ""}) { userErrors { code field } notebook { id } }
}
"""


async def test_what_was_changed_is_shown_by_a_plan(root: Caller) -> None:
    body = {"query": MAKE, "variables": {"name": "Deltas", "first": 5}, "extensions": {"explain": True}}

    told = (await root.post(body)).json()

    assert told["extensions"]["plan"]["answeredBy"] == "plan"
    made = told["data"]["made"]
    assert made["userErrors"] == []
    assert made["notebook"].pop("id").startswith("notebook_")
    assert made["notebook"] == {
        "__typename": "Notebook",
        "name": "Deltas",
        "viewerPermission": "ADMIN",
        "compliance": {"classification": "INTERNAL"},
        "owner": {"username": "root"},
        "children": {"totalCount": 0, "edges": []},
    }
    assert told["data"]["refused"] == {
        "userErrors": [{"code": "INVALID", "field": ["input", "name"]}],
        "notebook": None,
    }


async def test_what_a_plan_cannot_show_is_changed_once_all_the_same(ada: Caller) -> None:
    told = await ada.answer(MAKE, name="Once", first=1_000)

    (error,) = told["errors"]
    assert (error["extensions"]["code"], error["path"]) == ("INVALID", ["made", "notebook", "children"])
    listed = await ada.ask('{ notebooks(filter: {text: "once"}) { totalCount } }')
    assert listed["notebooks"]["totalCount"] == 1


async def test_a_graph_that_is_away_is_asked_once() -> None:
    class Away(Views):
        """Views of a graph that does not answer."""

        asked = 0

        @override
        def prepare(self, branches: object) -> View:
            return cast("View", self)

        name = "views/away"

        async def show(self, *_: object, **__: object) -> None:
            self.asked += 1
            raise Unavailable("The graph does not answer.")

    class Never:
        """A graph that is not to be asked."""

    views, viewer = Away(), Viewer(user=UserId("u"), tenant=TenantId("t"), roles=frozenset())
    ports = Ports(**dict.fromkeys(Ports.__dataclass_fields__, Never()))  # type: ignore[arg-type]
    context = Context(ports=ports, request_id="r", admitted=viewer)

    asked = "{ viewer { id } user(id: 1) { id } }"
    answer = await schema.build(views).execute(asked, context_value=context)

    assert views.asked == 1
    assert answer.data == {"viewer": None, "user": None}
    assert [(it.extensions or {})["code"] for it in answer.errors or ()] == ["UNAVAILABLE"] * 2
    assert context.away is None
