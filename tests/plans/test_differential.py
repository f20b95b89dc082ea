"""Both ways give the same answer: by a plan, and by ordinary execution."""

from dataclasses import replace
from random import Random
from typing import Any

import pytest

from aether.adapters.system import moment
from aether.domain import collaborations, documents, jobs, notebooks
from aether.domain.access import Permission
from aether.domain.documents import Document
from aether.domain.graph import Graph
from aether.domain.jobs import Failure, Job
from aether.domain.notebooks import Notebook, Visibility
from aether.domain.users import Role
from aether.domain.viewers import Viewer
from tests import make
from tests.make import Home
from tests.plans.fuzz import Fuzz
from tests.plans.paths import Answer, Paths, Question, answered
from tests.plans.worlds import World

pytestmark = pytest.mark.timeout(600)  # Neo4j takes its time for each statement that it has not seen

PLANNED_LEAST = 0.7
"""Estimates and the bytes of uploads are not in the graph: no plan answers what asks for them."""


def names(connection: Any) -> list[str]:
    return [edge["node"]["name"] for edge in connection["edges"]]


async def planned(paths: Paths, asked: str, /, *, by: Viewer, **variables: object) -> Any:
    """The data of an answer, which came by a plan and is the same by execution."""
    before = answered()["plan"]
    answer = await paths.answer(Question(document=asked, variables=variables), by=by)
    assert answer.errors == ()
    assert answered()["plan"] == before + 1
    return answer.value


async def alike(paths: Paths, asked: str, /, *, by: Viewer, **variables: object) -> Answer:
    """An answer, errors or not, that is the same on both ways."""
    return await paths.answer(Question(document=asked, variables=variables), by=by)


@pytest.mark.filterwarnings(
    "ignore::pytest.PytestUnraisableExceptionWarning"
)  # execution drops what it began
@pytest.mark.parametrize("questions", [100, pytest.param(500, marks=pytest.mark.slow)])
async def test_random_questions_are_answered_alike_and_mostly_by_plans(
    paths: Paths, world: World, questions: int
) -> None:
    fuzz = Fuzz(paths=paths, world=world, random=Random(questions), viewers=3)

    assert await fuzz.run(questions) == []
    assert fuzz.clean > questions / 2
    assert fuzz.planned >= PLANNED_LEAST * fuzz.clean


async def test_a_hidden_notebook_betrays_nothing(paths: Paths, home: Home, ada: Viewer, ben: Viewer) -> None:
    top, hidden, shown = await make.chain(home.graph, ada, 3)
    beside = await make.notebook(home.graph, ada, "Beside", parent=shown)
    await make.shared(home.graph, ada, shown, ben)
    document, job = await make.document(home.graph, ada, hidden)

    seen = await planned(
        paths,
        """
        query ($hidden: ID!, $shown: ID!, $document: ID!, $job: ID!) {
          notebook(id: $hidden) { name children { totalCount edges { cursor } } }
          node(id: $hidden) { id }
          document(id: $document) { name notebook { name } }
          job(id: $job) { id }
          shown: notebook(id: $shown) {
            name parent { name } ancestors { name } children { totalCount edges { node { name } } }
          }
          notebooks { totalCount pageInfo { endCursor } edges { cursor node { name parent { name } } } }
          public: notebooks(filter: {shelf: PUBLIC}) { totalCount pageInfo { startCursor } edges { cursor } }
        }
        """,
        by=ben,
        hidden=hidden.id,
        shown=shown.id,
        document=document.id,
        job=job.id,
    )

    assert [seen[key] for key in ("notebook", "node", "document", "job")] == [None] * 4
    assert (seen["shown"]["parent"], seen["shown"]["ancestors"]) == (None, [])
    assert names(seen["shown"]["children"]) == [beside.name]
    assert names(seen["notebooks"]) == [beside.name, shown.name]
    assert seen["notebooks"]["totalCount"] == 2
    assert [edge["node"]["parent"] for edge in seen["notebooks"]["edges"]] == [{"name": shown.name}, None]
    assert seen["public"] == {"totalCount": 0, "pageInfo": {"startCursor": None}, "edges": []}
    assert top.id not in str(seen)


async def test_another_tenant_is_another_world(paths: Paths, home: Home, world: World, ada: Viewer) -> None:
    await make.notebook(home.graph, ada, "Here")
    stranger = world.viewers[-1]

    for by in (stranger, world.viewers[0]):
        for kind, ids in world.ids.items():
            for id in ids[:4]:
                answer = await alike(
                    paths, "query ($id: ID!) { node(id: $id) { id __typename } }", by=by, id=id
                )
                assert answer.errors == (), kind
    seen = await planned(
        paths, "{ notebooks { totalCount } searchUsers { totalCount } tenant { id } }", by=ada
    )

    assert seen == {
        "notebooks": {"totalCount": 1},
        "searchUsers": {"totalCount": 1},
        "tenant": {"id": ada.tenant},
    }


@pytest.mark.parametrize("ceiling", Permission)
async def test_a_ceiling_holds(
    paths: Paths, home: Home, ada: Viewer, ben: Viewer, ceiling: Permission
) -> None:
    own = await make.notebook(home.graph, ada, "Own")
    lent = await make.notebook(home.graph, ben, "Lent")
    await make.shared(home.graph, ben, lent, ada, permission=Permission.COMMENT)
    await make.document(home.graph, ada, own)
    viewer = replace(ada, ceiling=ceiling, by_key=True)

    seen = await planned(
        paths,
        "{ notebooks { edges { node { name viewerPermission"
        " documents { edges { node { viewerPermission notebook { viewerPermission } } } } } } } }",
        by=viewer,
    )

    found = {edge["node"]["name"]: edge["node"] for edge in seen["notebooks"]["edges"]}
    assert found["Own"]["viewerPermission"] == ceiling.name
    assert found["Lent"]["viewerPermission"] == min(ceiling, Permission.COMMENT).name
    (document,) = found["Own"]["documents"]["edges"]
    assert document["node"] == {
        "viewerPermission": ceiling.name,
        "notebook": {"viewerPermission": ceiling.name},
    }


async def _invited(graph: Graph, by: Viewer, book: Notebook, whom: Viewer, message: str) -> None:
    await graph.write(
        collaborations.share,
        notebook=book.id,
        with_users=[whom.user],
        permission=Permission.READ,
        message=message,
        by=by,
        at=moment(),
    )


async def test_an_invitation_and_its_words_are_for_those_concerned(
    paths: Paths, home: Home, ada: Viewer, ben: Viewer, eve: Viewer
) -> None:
    book = await make.notebook(home.graph, ada, visibility=Visibility.PUBLIC)
    dan = await home.person("dan")
    await _invited(home.graph, ada, book, ben, "For Ben")
    await home.graph.write(collaborations.accept, notebook=book.id, by=ben, at=moment())
    await _invited(home.graph, ada, book, eve, "For Eve")
    asked = """
        query ($id: ID!) {
          notebook(id: $id) { collaborators { user { username } status message } }
          invitations { message notebook { name } user { username } grantedBy { username } }
        }
    """

    told = {}
    for by in (ada, ben, eve, dan):
        seen = await planned(paths, asked, by=by, id=book.id)
        words = {it["user"]["username"]: it["message"] for it in seen["notebook"]["collaborators"]}
        told[by.user] = (words, [it["message"] for it in seen["invitations"]])

    assert told[ada.user] == ({"ben": "For Ben", "eve": "For Eve"}, [])
    assert told[ben.user] == ({"ben": "For Ben"}, [])
    assert told[eve.user] == ({"ben": "", "eve": "For Eve"}, ["For Eve"])
    assert told[dan.user] == ({"ben": ""}, [])


async def test_collaborators_come_oldest_first_and_invitations_latest_first(
    paths: Paths, home: Home, ada: Viewer, ben: Viewer
) -> None:
    """What orders a list need not be asked for: ArcadeDB forgets the first of two keys that are not given."""
    books = [await make.notebook(home.graph, ada, f"Book {place}") for place in range(4)]
    people = [await home.person(f"person-{place}") for place in range(4)]
    for book in [books[place] for place in (2, 0, 3, 1)]:
        await make.invited(home.graph, ada, book, ben)
    for person in [people[place] for place in (2, 0, 3, 1)]:
        await make.shared(home.graph, ada, books[0], person)

    seen = await planned(paths, "{ invitations { permission status } }", by=ben)
    assert len(seen["invitations"]) == 4
    seen = await planned(
        paths,
        "query ($id: ID!) { notebook(id: $id) { collaborators { user { username } } } }",
        by=ada,
        id=books[0].id,
    )
    found = [it["user"]["username"] for it in seen["notebook"]["collaborators"]]
    assert found == ["ben", "person-2", "person-0", "person-3", "person-1"]


WAYS = ["name", "NAME", "Name", "ñame", "a", "B", "ß", "ss", "_", "Z"]


@pytest.mark.parametrize("order", ["NAME", "CREATED", "UPDATED"])
async def test_pages_give_each_thing_once_and_cursors_of_one_way_are_good_on_the_other(
    paths: Paths, home: Home, ada: Viewer, order: str
) -> None:
    made = [await make.notebook(home.graph, ada, name) for name in WAYS]
    asked = """
        query ($after: String, $order: NotebookOrder!) {
          notebooks(first: 3, after: $after, orderBy: $order) {
            totalCount pageInfo { hasNextPage hasPreviousPage endCursor } edges { cursor node { id } }
          }
        }
    """
    found: list[str] = []
    after: str | None = None
    while len(found) <= len(made):
        seen = (await planned(paths, asked, by=ada, after=after, order=order))["notebooks"]
        assert seen["totalCount"] == len(made)
        assert seen["pageInfo"]["hasPreviousPage"] == (after is not None)
        found += [edge["node"]["id"] for edge in seen["edges"]]
        after = seen["pageInfo"]["endCursor"]
        if not seen["pageInfo"]["hasNextPage"]:
            break

    assert len(found) == len(made)
    assert set(found) == {book.id for book in made}


async def test_cursors_of_another_list_or_viewer_or_of_nobody_are_refused(
    paths: Paths, home: Home, ada: Viewer, ben: Viewer
) -> None:
    books = [await make.notebook(home.graph, ada, name) for name in WAYS]
    await make.shared(home.graph, ada, books[0], ben)
    seen = await planned(paths, "{ notebooks(first: 2) { pageInfo { endCursor } } }", by=ada)
    cursor = seen["notebooks"]["pageInfo"]["endCursor"]
    asked = "query ($after: String) { notebooks(after: $after) { edges { node { name } } } }"
    other = "query ($after: String) { notebooks(orderBy: CREATED, after: $after) { totalCount } }"

    assert (await alike(paths, asked, by=ada, after=cursor)).errors == ()
    for document, by, after in (
        (asked, ben, cursor),
        (other, ada, cursor),
        (asked, ada, cursor[:-1]),
        (asked, ada, cursor + "="),
        (asked, ada, "A" + cursor),
        (asked, ada, ""),
        (asked, ada, "ü"),
    ):
        assert (await alike(paths, document, by=by, after=after)).codes == ["CURSOR_INVALID"], (
            document,
            after,
        )


async def test_each_list_of_many_has_cursors_of_its_own(paths: Paths, home: Home, ada: Viewer) -> None:
    tops = [await make.notebook(home.graph, ada, f"Top {place}") for place in range(2)]
    for top in tops:
        for place in range(3):
            await make.notebook(home.graph, ada, f"Child {place}", parent=top)
    asked = """
        query ($after: String) {
          notebooks(filter: {shelf: TOP}) {
            edges { node { id children(first: 1, after: $after) {
              totalCount edges { node { name } } pageInfo { hasNextPage endCursor }
            } } }
          }
        }
    """

    first = await planned(paths, asked, by=ada, after=None)
    cursors = [edge["node"]["children"]["pageInfo"]["endCursor"] for edge in first["notebooks"]["edges"]]
    assert len(set(cursors)) == 2
    for cursor in cursors:
        assert (await alike(paths, asked, by=ada, after=cursor)).codes == ["CURSOR_INVALID"]


async def test_what_is_archived_is_shown_and_what_is_in_the_trash_is_not(
    paths: Paths, home: Home, ada: Viewer, ben: Viewer
) -> None:
    shelf = await make.notebook(home.graph, ada, "Shelf")
    kept, gone = [await make.notebook(home.graph, ada, name, parent=shelf) for name in ("Kept", "Gone")]
    below = await make.notebook(home.graph, ada, "Below", parent=gone)
    document, job = await make.document(home.graph, ada, below)
    await make.shared(home.graph, ada, below, ben)
    await make.invited(home.graph, ada, gone, ben)
    await home.graph.write(notebooks.archive, id=kept.id, archived=True, version=None, by=ada, at=moment())
    await home.graph.write(notebooks.remove, id=gone.id, version=None, by=ada, at=moment())
    asked = """
        query ($gone: ID!, $below: ID!, $document: ID!, $job: ID!, $shelf: ID!) {
          gone: notebook(id: $gone) { id } below: node(id: $below) { id } document(id: $document) { id }
          job(id: $job) { id document { id } }
          notebook(id: $shelf) { children { totalCount edges { node { name status } } } documentCount }
          notebooks { totalCount edges { node { name } } }
          archived: notebooks(filter: {status: ARCHIVED}) { edges { node { name status } } }
          invitations { notebookId }
        }
    """
    ids = {
        "gone": gone.id,
        "below": below.id,
        "document": document.id,
        "job": job.id,
        "shelf": shelf.id,
    }

    mine = await planned(paths, asked, by=ada, **ids)
    theirs = await planned(paths, asked, by=ben, **ids)
    trash = await alike(
        paths,
        "{ notebooks(filter: {shelf: TRASH}) { totalCount edges { cursor node { name status parent { name }"
        " viewerPermission documents { totalCount } } } } }",
        by=ada,
    )

    assert [mine[key] for key in ("gone", "below", "document")] == [None] * 3
    assert mine["notebook"]["children"] == {
        "totalCount": 1,
        "edges": [{"node": {"name": "Kept", "status": "ARCHIVED"}}],
    }
    assert names(mine["notebooks"]) == ["Kept", "Shelf"]
    assert names(mine["archived"]) == ["Kept"]
    assert theirs["notebooks"] == {"totalCount": 0, "edges": []}
    assert theirs["invitations"] == []
    assert trash.errors == ()
    assert names(trash.value["notebooks"]) == ["Below", "Gone"] or names(trash.value["notebooks"]) == ["Gone"]


async def test_documents_are_told_as_far_as_they_are_understood(
    paths: Paths, home: Home, ada: Viewer
) -> None:
    book = await make.notebook(home.graph, ada)
    for place in range(4):
        document, job = await make.document(home.graph, ada, book, f"{place}.txt")
        await _worked_on(home.graph, document, job, steps=place)

    seen = await planned(
        paths,
        """
        query ($id: ID!, $status: ProcessingStatus) {
          notebook(id: $id) {
            documents { edges { node {
              name processingStatus embeddingStatus contentType title pageCount chunkCount vectorCount
              metadata
              error { code message } processedAt version viewerPermission downloadUrl
              chunks(first: 1) { totalCount edges { cursor node { text ordinal headings page } } }
              piiDetected findings(first: 1) {
                totalCount pageInfo { hasNextPage }
                edges { cursor node { id kind masked confidence page start end documentId documentHash } }
              }
              jobs { kind status stage progress attempt error { code } finishedAt document { name } }
            } } }
            failed: documents(status: FAILED) { totalCount edges { node { name } } }
            some: documents(status: $status) { totalCount }
            uploadJobs(unfinished: true) { status }
          }
        }
        """,
        by=ada,
        id=book.id,
        status="PROCESSING",
    )

    found = [edge["node"] for edge in seen["notebook"]["documents"]["edges"]]
    assert [it["processingStatus"] for it in found] == ["PENDING", "PROCESSING", "PROCESSING", "FAILED"]
    assert [it["metadata"] for it in found[:2]] == [None, None]
    assert found[2]["metadata"] == {"author": "Ada"}
    assert found[2]["chunks"]["totalCount"] == 2
    assert [it["vectorCount"] for it in found] == [0, 0, 1, 0]
    assert [it["piiDetected"] for it in found] == [False, False, True, False]
    assert [it["findings"]["totalCount"] for it in found] == [0, 0, 2, 0]
    (edge,) = found[2]["findings"]["edges"]
    assert found[2]["findings"]["pageInfo"] == {"hasNextPage": True}
    assert (edge["node"]["kind"], edge["node"]["masked"]) == ("CREDIT_CARD", "•••• 4242")
    assert found[3]["error"] == {"code": "FILE_ENCRYPTED", "message": "It is locked."}
    assert names(seen["notebook"]["failed"]) == ["3.txt"]
    assert seen["notebook"]["some"] == {"totalCount": 2}


async def _worked_on(graph: Graph, document: Document, job: Job, *, steps: int) -> None:
    """Nothing is done; or it is begun; cut into chunks; given up."""
    about: dict[str, Any] = {"job": job.id, "attempt": 1}
    at = moment()
    if not steps:
        return
    await graph.write(jobs.claim, id=job.id, attempt=1, at=at)
    await graph.write(documents.begin, at=at, **about)
    if steps == 2:
        understanding = make.understanding(title="On rivers")
        found = make.findings(document, "•••• 4242", "•")
        await graph.write(documents.keep_understanding, understanding, found, at=at, **about)
        one, two = make.chunks(document, "One", "Two")
        await graph.write(documents.keep_chunks, [one, replace(two, vectored=False)], at=at, **about)
    if steps == 3:
        failure = Failure(code="FILE_ENCRYPTED", message="It is locked.")
        await graph.write(documents.fail, failure, at=at, **about)


async def test_variables_of_every_shape_are_answered_alike(paths: Paths, home: Home, ada: Viewer) -> None:
    for name in WAYS:
        await make.notebook(home.graph, ada, name, tags=["wet"] if name.islower() else [])
    asked = """
        query ($first: Int = 4, $order: NotebookOrder, $filter: NotebookFilter, $with: Boolean = true,
               $text: String, $id: ID = "user_0") {
          notebooks(first: $first, orderBy: $order, filter: $filter) @include(if: $with) {
            totalCount edges { node { name tags @skip(if: $with) ... @include(if: $with) { version } } }
          }
          other: notebooks(filter: {text: $text, shelf: OWNED}) { totalCount }
          node(id: $id) { __typename id ... on User { username } }
        }
    """
    shapes: list[dict[str, object]] = [
        {},
        {"first": 2},
        {"first": None},
        {"order": "CREATED"},
        {"order": None},
        {"with": False},
        {"with": None},
        {"filter": None},
        {"filter": {}},
        {"filter": {"tag": "wet"}},
        {"filter": {"tag": None, "text": "NA"}},
        {"filter": {"shelf": "STARRED"}},
        {"filter": {"shelf": "TRASH"}},
        {"filter": {"parentId": "notebook_0"}},
        {"filter": {"shelf": None}},
        {"text": "NAM"},
        {"text": "ß"},
        {"text": None},
        {"text": "x" * 256},
        {"id": ada.user},
        {"id": ada.tenant},
        {"id": 42},
        {"id": None},
    ]

    answers = [await alike(paths, asked, by=ada, **shape) for shape in shapes]
    again = [await alike(paths, asked, by=ada, **shape) for shape in reversed(shapes)]

    assert [*reversed(again)] == answers
    assert len({answer.data for answer in answers}) > 8


async def test_what_does_not_fit_is_told_in_the_same_words(paths: Paths, ada: Viewer) -> None:
    asked = "query ($id: ID!, $n: Int) { notebooks(first: $n) { totalCount } node(id: $id) { id } }"
    for variables in (
        {},
        {"id": None},
        {"id": "x", "n": "3"},
        {"id": "x", "n": 1.5},
        {"id": "x", "n": True},
        {"id": "x", "n": 2**31},
        {"id": "x", "n": [1]},
        {"id": ["x"]},
        {"id": {"a": 1}},
        {"id": 1.5},
        {"id": "x", "n": None},
        {"id": "x", "n": 0},
        {"id": "x", "n": 101},
        {"id": "x", "n": -(2**31)},
    ):
        assert (await alike(paths, asked, by=ada, **variables)).errors, variables
    assert (await alike(paths, asked, by=ada, id="x", n=1, unknown=[1])).errors == ()
    assert await alike(paths, "{ }", by=ada) == Answer(data="{}", errors=())
    for document in (
        "",
        "{",
        "{ nothing }",
        "{ notebook { id } }",
        "{ notebook(id: $id) { id } }",
        "query ($id: ID!) { viewer { id } }",
        "{ viewer { id } } { viewer { id } }",
        "query A { viewer { id } } query B { tenant { id } }",
        "{ viewer { ...F } } fragment F on Account { ...F }",
        "fragment F on Account { id }",
        "mutation { deleteNotebook(input: {id: 1}) { notebookId } }",
        "subscription { notebookChanged(id: 1) { kind } }",
        "{ viewer { id: username id } }",
        "{ notebooks(first: 100) { edges { node { children(first: 100) { edges { node { id } } } } } } }",
        "{ " + " ".join(f"a{place}: viewer {{ id }}" for place in range(31)) + " }",
    ):
        answer = await alike(paths, document, by=ada)
        assert answer.errors, document


async def test_an_admin_asks_what_others_may_not(paths: Paths, home: Home, ada: Viewer) -> None:
    root = await home.person("root", Role.ADMIN)
    asked = '{ adminUsers(text: "ROOT") { totalCount edges { cursor node { username roles permissions } } } }'

    assert names_of(await planned(paths, asked, by=root)) == ["root"]
    assert (await alike(paths, asked, by=ada)).codes == ["ROLE_REQUIRED"]
    assert names_of(await planned(paths, asked, by=replace(root, ceiling=Permission.READ))) == ["root"]


def names_of(data: Any) -> list[str]:
    return [edge["node"]["username"] for edge in data["adminUsers"]["edges"]]


async def test_things_are_found_by_any_id_that_names_them(paths: Paths, world: World) -> None:
    """`node` knows every kind, the viewer's own tenant too, and nothing of another one."""
    asked = (
        "query ($id: ID!) { node(id: $id) { __typename id ... on Tenant { name } ... on Chunk { text } "
        "... on Finding { kind masked confidence } } }"
    )
    found = set()
    for by in {it.user: it for it in world.viewers}.values():
        for ids in world.ids.values():
            for id in ids[:10]:
                node = (await planned(paths, asked, by=by, id=id))["node"]
                found |= {node["__typename"]} if node else set()

    assert found == {
        "Chunk",
        "Finding",
        "Document",
        "Job",
        "ApiKey",
        "Notebook",
        "NotebookTemplate",
        "Tenant",
        "User",
    }


async def test_a_null_at_a_place_with_a_default_is_told_where_it_is_met(paths: Paths, ada: Viewer) -> None:
    asked = 'query ($n: Int) { document(id: "document_0") { chunks(first: $n) { totalCount } } }'

    answer = await alike(paths, asked, by=ada, n=None)

    assert answer == Answer(data='{"document": null}', errors=())


async def test_a_null_where_a_directive_takes_none_is_told(paths: Paths, ada: Viewer) -> None:
    asked = "query ($with: Boolean = true) { viewer @include(if: $with) { id } tenant { id } }"

    assert (await alike(paths, asked, by=ada, **{"with": None})).errors
    assert set(await planned(paths, asked, by=ada)) == {"viewer", "tenant"}
    assert set(await planned(paths, asked, by=ada, **{"with": False})) == {"tenant"}


async def test_people_who_ask_the_same_are_not_answered_the_same(
    paths: Paths, home: Home, ada: Viewer, ben: Viewer
) -> None:
    for by in (ada, ben):
        await make.notebook(home.graph, by, by.user)
    asked = "{ notebooks { edges { node { name owner { id } } } } viewer { id } }"

    for by in (ada, ben, ada):
        seen = await planned(paths, asked, by=by)
        assert seen == {
            "notebooks": {"edges": [{"node": {"name": by.user, "owner": {"id": by.user}}}]},
            "viewer": {"id": by.user},
        }
