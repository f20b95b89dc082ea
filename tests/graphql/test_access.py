"""Rights in the API: who sees why, who may do what, and that nothing leaks.

Every field that takes an id is tried with every id of somebody else's, and has to answer
as it does for what does not exist.
"""

import json
import re
from collections.abc import Iterator, Mapping
from typing import Any

import pytest
from graphql import (
    GraphQLArgument,
    GraphQLField,
    GraphQLInputField,
    GraphQLInputObjectType,
    GraphQLList,
    GraphQLNonNull,
    GraphQLObjectType,
    GraphQLSchema,
    get_named_type,
    is_leaf_type,
    is_required_argument,
    is_required_input_field,
)

from aether.adapters.system import moment
from aether.domain import callbacks, jobs
from aether.domain.jobs import JobId
from aether.domain.users import Role
from aether.graphql import schema
from tests import make
from tests.graphql.house import Caller, House
from tests.graphql.wire import talking

EXPLAIN = """
query ($id: ID!, $user: ID) { explainAccess(notebookId: $id, userId: $user) {
  permission grants { kind permission path }
} }
"""


@pytest.mark.engines
async def test_access_is_explained_by_the_path_that_grants_it(ada: Caller, ben: Caller, eve: Caller) -> None:
    top = await ada.notebook("Top")
    middle = await ada.notebook("Middle", parentId=top, visibility="PUBLIC")
    low = await ada.notebook("Low", parentId=middle)
    await ada.share(top, ben, "WRITE")

    async def explained(caller: Caller, **more: object) -> Any:
        return (await caller.ask(EXPLAIN, id=low, **more))["explainAccess"]

    owner = {"kind": "OWNER", "permission": "ADMIN"}
    collaborator = {"kind": "COLLABORATOR", "permission": "WRITE", "path": [top, middle, low]}
    public = {"kind": "PUBLIC", "permission": "READ", "path": [middle, low]}
    assert (await explained(ada))["grants"] == [
        {**owner, "path": [low]},
        {**owner, "path": [middle, low]},
        {**owner, "path": [top, middle, low]},
    ]
    assert await explained(ben) == {"permission": "WRITE", "grants": [public, collaborator]}
    assert await explained(ada, user=await ben.id()) == await explained(ben)
    assert (await explained(eve))["permission"] == "READ"
    assert await explained(ben, user=await eve.id()) is None
    assert (await eve.ask(EXPLAIN, id=top))["explainAccess"] is None


# Every mutation on what Ada has: what it takes, as a function of the ids.
MUTATIONS: Mapping[str, dict[str, object]] = {
    "createNotebook": {"name": "New"},
    "updateNotebook": {"id": "{notebook}", "changes": {"name": "New"}},
    "moveNotebook": {"id": "{below}"},
    "archiveNotebook": {"id": "{notebook}"},
    "deleteNotebook": {"id": "{notebook}"},
    "restoreNotebook": {"id": "{trashed}"},
    "starNotebook": {"id": "{notebook}"},
    "unstarNotebook": {"id": "{notebook}"},
    "recordView": {"id": "{notebook}", "durationSeconds": 1},
    "updateComplianceSettings": {"id": "{notebook}", "compliance": {}},
    "bulkUpdateNotebooks": {"ids": ["{notebook}"], "changes": {"name": "New"}},
    "bulkDeleteNotebooks": {"ids": ["{notebook}"]},
    "duplicateNotebook": {"id": "{notebook}"},
    "forkNotebook": {"id": "{notebook}"},
    "shareNotebook": {"id": "{notebook}", "userIds": ["{user}"]},
    "setNotebookPermissions": {"id": "{notebook}", "permissions": []},
    "acceptCollaboration": {"id": "{notebook}"},
    "revokeCollaboration": {"id": "{notebook}", "userId": "{user}"},
    "updateDocument": {"id": "{document}", "name": "New"},
    "deleteDocument": {"id": "{document}"},
    "reprocessDocument": {"id": "{document}"},
    "copyDocument": {"id": "{document}", "notebookId": "{notebook}"},
    "moveDocument": {"id": "{document}", "notebookId": "{notebook}"},
    "restoreDocument": {"id": "{binned}"},
    "purgeDocument": {"id": "{binned}"},
    "purgeNotebook": {"id": "{trashed}"},
    "emptyTrash": {"confirm": True},
    "restoreDocumentVersion": {"id": "{document}", "number": 1},
    "createUpload": {"notebookId": "{notebook}", "name": "a.txt", "size": 4},
    "createUploads": {"notebookId": "{notebook}", "files": [{"name": "a.txt", "size": 4}]},
    "abortUpload": {"id": "{upload}"},
    "cancelUploadBatch": {"id": "{batch}"},
    "cancelJob": {"id": "{job}"},
    "retryJob": {"id": "{job}"},
    "createNotebookTemplate": {"name": "New", "outline": {"name": "New"}},
    "deleteNotebookTemplate": {"id": "{template}"},
    "createNotebookFromTemplate": {"templateId": "{template}"},
    "updatePreferences": {"preferences": {"a": 1}},
    "setUserStatus": {"id": "{user}", "status": "SUSPENDED"},
    "importUsers": {"users": [{"subject": "x", "username": "x"}]},
    "updateTenant": {"name": "New"},
    "createApiKey": {"name": "New"},
    "revokeApiKey": {"id": "{apiKey}"},
    "createCallback": {"subjectId": "{notebook}", "callbackUrl": "https://hooks.example/"},
    "deleteCallback": {"id": "{callback}"},
    "resendDelivery": {"id": "{delivery}"},
    "createDirectUpload": {"notebookId": "{notebook}", "name": "a.txt", "size": 4},
    "completeDirectUpload": {"id": "{upload}", "parts": []},
}
PERSONAL = {
    "starNotebook",
    "unstarNotebook",
    "recordView",
    "acceptCollaboration",
    "updatePreferences",
    "revokeApiKey",
    "deleteCallback",
    "resendDelivery",
}
"""What somebody whose role only lets them read does for themselves."""


SEVERAL = {"bulkUpdateNotebooks", "bulkDeleteNotebooks", "importUsers", "createUploads"}
"""What answers for each of several things."""

SHARED = {"user", "template", "tenant"}
"""What everybody in an organisation may know of."""


@pytest.fixture(scope="session")
def sketch() -> GraphQLSchema:
    """The schema as graphql-core knows it."""
    return schema.build()._schema


def test_every_mutation_is_tried(sketch: GraphQLSchema) -> None:
    assert sketch.mutation_type
    assert sketch.mutation_type.fields.keys() == MUTATIONS.keys()


@pytest.fixture
async def possessions(house: House, here: str, ben: Caller) -> tuple[Caller, dict[str, str]]:
    """Somebody with every role, and the ids of one thing of each kind."""
    owner = house.person("olga", *(set(Role) - {Role.VIEWER}), of=here)
    notebook = await owner.notebook("Possession", description="Private words.", tags=["private"])
    below, trashed = await owner.notebook("Below", parentId=notebook), await owner.notebook("Trashed")
    await owner.do("deleteNotebook", id=trashed)
    document, job = await owner.upload(notebook, "private.txt", b"Private words.")
    binned, _ = await owner.upload(notebook, "binned.txt", b"Private words.")
    await owner.do("deleteDocument", id=binned)
    outline = {"name": "Private"}
    upload = await owner.do("createUpload", "upload { id }", notebookId=notebook, name="private.txt", size=9)
    files = [{"name": "private.txt", "size": 9}]
    batch = await owner.do("createUploads", "batch { id }", notebookId=notebook, files=files)
    template = await owner.do("createNotebookTemplate", "template { id }", name="Private", outline=outline)
    await owner.do("createApiKey", name="Private")
    (key,) = (await owner.ask("{ apiKeys { id } }"))["apiKeys"]
    await owner.do("shareNotebook", id=notebook, userIds=[await ben.id()])
    address = "https://hooks.example/Private"
    made = await owner.do("createCallback", "callback { id }", subjectId=notebook, callbackUrl=address)
    callback = made["callback"]["id"]
    return owner, {
        "notebook": notebook,
        "below": below,
        "trashed": trashed,
        "document": document,
        "binned": binned,
        "job": job,
        "upload": upload["upload"]["id"],
        "batch": batch["batch"]["id"],
        "template": template["template"]["id"],
        "apiKey": key["id"],
        "callback": callback,
        "delivery": await delivery_of(owner, notebook),
        "user": await ben.id(),
        "tenant": (await owner.ask("{ tenant { id } }"))["tenant"]["id"],
    }


async def delivery_of(owner: Caller, notebook: str) -> str:
    """The id of what a callback on *notebook* is told of a job that is over."""
    _, job = await owner.upload(notebook, "private-too.txt", b"Private words.")
    await owner.do("cancelJob", id=job)
    everybody = owner.house.opened.graph
    ended = await everybody.read(jobs.of_any_tenant, id=JobId(job))
    assert ended is not None
    graph = everybody.within(ended.tenant)
    (delivery,) = await graph.write(callbacks.tell, make.end_of(ended), at=moment())
    return delivery.id


def filled(input: object, ids: Mapping[str, str]) -> Any:
    """*input* with *ids* where they are named."""
    text = json.dumps(input)
    for name, id in ids.items():
        text = text.replace(f"{{{name}}}", id)
    return json.loads(text)


async def codes(caller: Caller, mutation: str, input: dict[str, object]) -> list[str]:
    """Why *mutation* did not do what was asked."""
    wanted = "results { userErrors { code } }" if mutation in SEVERAL else ""
    payload = await caller.payload(mutation, wanted, **input)
    errors = [*payload["userErrors"], *(e for it in payload.get("results", []) for e in it["userErrors"])]
    return [error["code"] for error in errors]


async def test_a_key_that_only_reads_changes_nothing(possessions: tuple[Caller, dict[str, str]]) -> None:
    owner, ids = possessions
    secret = (await owner.do("createApiKey", "secret", name="Reader", permission="READ"))["secret"]
    reader = owner.house.caller(**{"X-API-Key": secret})

    for mutation, input in MUTATIONS.items():
        refused = await codes(reader, mutation, filled(input, ids))

        assert set(refused) <= {"ROLE_REQUIRED", "PERMISSION_REQUIRED"}, mutation
        assert refused, mutation
    answer = await reader.put(ids["notebook"], "a.txt", b"text")
    assert answer.json()["error"]["code"] in {"ROLE_REQUIRED", "PERMISSION_REQUIRED"}


async def test_a_role_that_only_reads_changes_nothing_of_others(
    possessions: tuple[Caller, dict[str, str]], vera: Caller
) -> None:
    owner, ids = possessions
    await owner.share(ids["notebook"], vera, "ADMIN")

    for mutation in MUTATIONS.keys() - PERSONAL:
        refused = await codes(vera, mutation, filled(MUTATIONS[mutation], ids))

        assert refused, mutation
        assert set(refused) <= {"ROLE_REQUIRED", "PERMISSION_REQUIRED"}, mutation
    answer = await vera.put(ids["notebook"], "a.txt", b"text")
    assert answer.json()["error"]["code"] in {"ROLE_REQUIRED", "PERMISSION_REQUIRED"}


def places(sketch: GraphQLSchema) -> Iterator[tuple[str, str, str, GraphQLField, tuple[str, ...]]]:
    """Every place that takes an id: the operation, the field, and the way to the id."""
    for kind in (sketch.query_type, sketch.mutation_type, sketch.subscription_type):
        assert kind
        for name, field in kind.fields.items():
            for argument, taken in field.args.items():
                for way in ways(taken, (argument,)):
                    yield kind.name.lower(), name, ".".join(way), field, way


def ways(taken: GraphQLArgument | GraphQLInputField, way: tuple[str, ...]) -> Iterator[tuple[str, ...]]:
    type = get_named_type(taken.type)
    if isinstance(type, GraphQLInputObjectType):
        for name, field in type.fields.items():
            if name not in way:
                yield from ways(field, (*way, name))
    elif type.name == "ID":
        yield way


def least(taken: GraphQLArgument | GraphQLInputField, way: tuple[str, ...], id: str) -> Any:
    """The least value that fits, with *id* at the end of *way*."""
    return _least(taken.type, way, id)


def _least(type: Any, way: tuple[str, ...], id: str) -> Any:
    match type:
        case GraphQLNonNull():
            return _least(type.of_type, way, id)
        case GraphQLList():
            return [_least(type.of_type, way, id)]
        case GraphQLInputObjectType():
            return {
                name: _least(field.type, way[1:] if way[:1] == (name,) else ("",), id)
                for name, field in type.fields.items()
                if is_required_input_field(field) or way[:1] == (name,)
            }
        case _ if type.name == "ID":
            return id if way == () else "notebook_" + "0" * 26
        case _ if hasattr(type, "values"):
            return next(iter(type.values))
        case _:
            return {"Int": 1, "BigInt": 1, "Boolean": False, "JSON": {}}.get(type.name, "x")


def selected(type: Any, sketch: GraphQLSchema, depth: int = 2) -> str:
    """Everything that can be asked for of *type* without arguments, a few levels down."""
    named = get_named_type(type)
    if is_leaf_type(named):
        return ""
    if not isinstance(named, GraphQLObjectType):
        return "{ __typename id }"
    parts = ["__typename"]
    for name, field in named.fields.items():
        if any(is_required_argument(argument) for argument in field.args.values()):
            continue
        if is_leaf_type(get_named_type(field.type)):
            parts.append(name)
        elif depth:
            parts.append(f"{name} {selected(field.type, sketch, depth - 1)}")
    return "{ " + " ".join(parts) + " }"


SKETCH = schema.build()._schema
PLACES = {f"{name}({place})": (kind, name, field, way) for kind, name, place, field, way in places(SKETCH)}


def operation(kind: str, name: str, field: GraphQLField, way: tuple[str, ...]) -> str:
    """An operation that asks one field for everything it has."""
    names = variables(field, way, "")
    given = ", ".join(f"${argument}: {field.args[argument].type}" for argument in names)
    passed = ", ".join(f"{argument}: ${argument}" for argument in names)
    return f"{kind} ({given}) {{ {name}({passed}) {selected(field.type, SKETCH)} }}"


def variables(field: GraphQLField, way: tuple[str, ...], id: str) -> dict[str, object]:
    given = {
        name: least(taken, way[1:] if way[0] == name else ("",), id)
        for name, taken in field.args.items()
        if way[0] == name or is_required_argument(taken)
    }
    return {**given, "first": 2} if "first" in field.args else given


async def answered(caller: Caller, kind: str, query: str, given: Mapping[str, object]) -> Any:
    """What *caller* is answered, but for what differs from one request to the next."""
    if kind == "subscription":
        async with talking(caller) as wire:
            variables: Any = given
            await wire.begin(query, **variables)
            return {"code": await wire.fault()}
    answer = await caller.answer(query, **given)
    return json.loads(re.sub(r'"requestId": "[0-9a-f]+"', '"requestId": ""', json.dumps(answer)))


@pytest.mark.parametrize("place", PLACES)
async def test_what_is_somebody_elses_answers_like_what_is_not_there(
    possessions: tuple[Caller, dict[str, str]], house: House, here: str, place: str
) -> None:
    kind, name, field, way = PLACES[place]
    query = operation(kind, name, field, way)
    owner, ids = possessions
    abroad = house.person("sam", *(set(Role) - {Role.VIEWER}), of=f"abroad-{here}")
    beside = house.person("eve", of=here)

    for stranger, kinds in ((abroad, ids.keys()), (beside, ids.keys() - SHARED)):
        for id in (ids[kind] for kind in kinds):
            fresh = id.partition("_")[0] + "_" + "0" * 26
            theirs = await answered(stranger, kind, query, variables(field, way, id))
            missing = await answered(stranger, kind, query, variables(field, way, fresh))

            assert json.loads(json.dumps(theirs).replace(id, fresh)) == missing
            for fault in ("GRAPHQL_VALIDATION_FAILED", "TOO_MANY_NODES", "INTERNAL_ERROR"):
                assert fault not in json.dumps(missing)
            assert "Private" not in json.dumps(theirs)
    kept = await owner.ask("query ($id: ID!) { notebook(id: $id) { name version } }", id=ids["notebook"])
    assert kept == {"notebook": {"name": "Possession", "version": 1}}


@pytest.mark.parametrize("place", [place for place, (kind, *_) in PLACES.items() if kind == "query"])
async def test_the_owner_is_told(possessions: tuple[Caller, dict[str, str]], place: str) -> None:
    kind, name, field, way = PLACES[place]
    owner, ids = possessions
    if place == "explainAccess(userId)":
        pytest.skip("it takes a notebook too")
    if place == "directUploadParts(uploadId)":
        pytest.skip("it takes a store; tests/graphql/test_direct.py has one")

    told = [
        await answered(owner, kind, operation(kind, name, field, way), variables(field, way, id))
        for id in ids.values()
    ]

    missing = await answered(
        owner, kind, operation(kind, name, field, way), variables(field, way, "notebook_0")
    )
    assert any(each.get("data") and each != missing for each in told)
