"""Moving documents to other notebooks: who may, what goes along, and what happens at the same time."""

import asyncio
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
from neo4j import AsyncDriver

from aether.adapters.system import moment
from aether.domain import activities, callbacks, copies, documents, events, jobs, notebooks, trash, uploads
from aether.domain.access import Permission, PermissionMissing
from aether.domain.compliance import ComplianceSettings
from aether.domain.documents import Document, DocumentId, DocumentInside, DocumentMissing, DocumentStale
from aether.domain.errors import Refused
from aether.domain.graph import Graph
from aether.domain.jobs import JobKind, JobStatus
from aether.domain.notebooks import Notebook, NotebookArchived, NotebookHeld, NotebookId, NotebookMissing
from aether.domain.pages import Slice
from aether.domain.uploads import Draft, Limits, UploadId
from aether.domain.viewers import Viewer
from tests import make
from tests.engines import Engine
from tests.graph.test_container_versions import archive_of, shown, version
from tests.graph.test_containers import begun, children, container, counts, file, unpack
from tests.graph.test_versions import added
from tests.make import Home

ROUNDS = 4


async def move(
    graph: Graph, document: DocumentId, to: Notebook, by: Viewer, *, seen: int | None = None
) -> Document:
    return await graph.write(documents.move, id=document, to=to.id, version=seen, by=by, at=moment())


async def look(graph: Graph, id: DocumentId, by: Viewer) -> Document | None:
    found = (await graph.read(documents.get_many, [id], by=by)).get(id)
    return found.document if found else None


async def place_of(graph: Graph, id: DocumentId, by: Viewer) -> NotebookId | None:
    found = await look(graph, id, by)
    return found.notebook if found else None


async def heard(graph: Graph, topic: str) -> list[tuple[str, dict[str, Any]]]:
    """What is told on a topic and was not handed on yet."""
    unsent = await graph.read(events.unsent, limit=10_000)
    return [(it.kind, dict(it.payload)) for it in unsent if it.topic == topic]


async def deeds(graph: Graph, book: Notebook, by: Viewer) -> list[tuple[str, dict[str, Any]]]:
    """What was done in a notebook, the latest first."""
    page = await graph.read(activities.of_notebook, notebook=book.id, part=Slice(first=50), by=by.user)
    return [(it.verb, dict(it.details)) for it, _ in page.items]


@pytest.fixture
async def here(graph: Graph, ada: Viewer) -> Notebook:
    return await make.notebook(graph, ada, "Here")


@pytest.fixture
async def there(graph: Graph, ada: Viewer) -> Notebook:
    return await make.notebook(graph, ada, "There")


async def test_a_document_lies_where_it_was_moved_and_is_counted_there(
    graph: Graph, ada: Viewer, here: Notebook, there: Notebook
) -> None:
    document, _ = await make.document(graph, ada, here, size=30)
    await make.document(graph, ada, there, size=5)

    moved = await move(graph, document.id, there, ada, seen=1)

    assert (moved.notebook, moved.version) == (there.id, 2)
    assert await look(graph, document.id, ada) == moved
    assert await counts(graph, here.id, ada) == (0, 0)
    assert await counts(graph, there.id, ada) == (2, 35)
    assert [kind for kind, _ in await heard(graph, f"notebook/{here.id}")][-1] == "document_moved"
    of = {"document": document.id, "name": document.name}
    assert (await deeds(graph, here, ada))[0] == ("document_moved", {**of, "to": there.id})
    assert (await deeds(graph, there, ada))[0] == ("document_added", {**of, "moved_from": here.id})
    assert (await heard(graph, f"notebook/{there.id}"))[-1] == (
        "document_added",
        {"notebook": there.id, "by": ada.user, **of, "moved_from": here.id},
    )
    with pytest.raises(DocumentStale):
        await move(graph, document.id, here, ada, seen=1)


async def test_where_it_lies_already_nothing_is_done(graph: Graph, ada: Viewer, here: Notebook) -> None:
    document, _ = await make.document(graph, ada, here, size=30)
    before = await deeds(graph, here, ada)

    assert await move(graph, document.id, here, ada) == document

    assert await deeds(graph, here, ada) == before
    assert await counts(graph, here.id, ada) == (1, 30)


async def test_it_takes_the_permission_to_write_in_both(
    graph: Graph, ada: Viewer, ben: Viewer, eve: Viewer, here: Notebook, there: Notebook
) -> None:
    document, _ = await make.document(graph, ada, here)
    own = await make.notebook(graph, ben)
    await make.shared(graph, ada, here, ben, permission=Permission.READ)
    with pytest.raises(PermissionMissing):
        await move(graph, document.id, own, ben)
    with pytest.raises(DocumentMissing):
        await move(graph, document.id, await make.notebook(graph, eve), eve)
    await make.shared(graph, ada, here, ben, permission=Permission.WRITE)
    with pytest.raises(NotebookMissing):
        await move(graph, document.id, there, ben)
    await make.shared(graph, ada, there, ben, permission=Permission.READ)
    with pytest.raises(PermissionMissing):
        await move(graph, document.id, there, ben)
    with pytest.raises(PermissionMissing):
        await move(graph, document.id, own, replace(ben, ceiling=Permission.READ))
    assert await place_of(graph, document.id, ada) == here.id

    await move(graph, document.id, own, ben)

    assert await look(graph, document.id, ada) is None


async def test_nothing_is_moved_across_tenants(
    graph: Graph, abroad: Home, ada: Viewer, mallory: Viewer, here: Notebook
) -> None:
    theirs = await make.notebook(abroad.graph, mallory)
    document, _ = await make.document(graph, ada, here)

    with pytest.raises(NotebookMissing):
        await move(graph, document.id, theirs, ada)
    with pytest.raises(DocumentMissing):
        await move(abroad.graph, document.id, theirs, mallory)
    with pytest.raises(DocumentMissing):
        await abroad.graph.write(
            documents.move, id=document.id, to=here.id, version=None, by=mallory, at=moment()
        )
    assert await place_of(graph, document.id, ada) == here.id


async def test_what_is_archived_or_held_takes_and_gives_nothing(
    graph: Graph, ada: Viewer, here: Notebook, there: Notebook
) -> None:
    top, low = await make.chain(graph, ada, 2)
    held, _ = await make.document(graph, ada, low)
    hold = ComplianceSettings(legal_hold=True)
    of: Any = {"version": None, "by": ada}
    await graph.write(notebooks.update_compliance, hold, id=top.id, **of, at=moment())
    with pytest.raises(NotebookHeld):
        await move(graph, held.id, here, ada)
    document, _ = await make.document(graph, ada, here)
    for archived in (here, there):
        await graph.write(notebooks.archive, id=archived.id, archived=True, **of, at=moment())
        with pytest.raises(NotebookArchived):
            await move(graph, document.id, there, ada)
        await graph.write(notebooks.archive, id=archived.id, archived=False, **of, at=moment())

    await move(graph, document.id, top, ada)

    assert await place_of(graph, document.id, ada) == top.id


async def test_what_came_in_a_document_goes_with_it_in_whatever_state_it_is(
    graph: Graph, ada: Viewer, there: Notebook
) -> None:
    first = [file(name, name) for name in ("deleted.txt", "left.txt", "mine.txt", "b.zip")]
    archive = await archive_of(graph, ada, *first)
    held = {it.name: it for it in await children(graph, archive.id, ada)}
    inner = next(
        it
        for it in await graph.read(documents.jobs_of_document, document=held["b.zip"].id, by=ada)
        if it.kind is JobKind.PROCESSING
    )
    (deep,) = await unpack(graph, await begun(graph, inner), file("deep.txt", "deep"))
    of: Any = {"version": None, "by": ada}
    await graph.write(documents.rename, id=held["mine.txt"].id, name="my.txt", **of, at=moment())
    await graph.write(documents.remove, id=held["deleted.txt"].id, **of, at=moment())
    second = [file(name, name) for name in ("mine.txt", "b.zip")]
    await version(graph, archive, ada, "second", *second)
    before = await counts(graph, archive.notebook, ada)

    await move(graph, archive.id, there, ada)

    assert await counts(graph, archive.notebook, ada) == (0, 0)
    assert await counts(graph, there.id, ada) == before
    assert {it.name: it.notebook for it in await children(graph, archive.id, ada)} == {
        "my.txt": there.id,
        "b.zip": there.id,
    }
    assert await place_of(graph, DocumentId(deep.subject), ada) == there.id
    restored = await graph.write(trash.restore, id=held["deleted.txt"].id, by=ada, at=moment())
    assert restored.notebook == there.id
    again = await graph.write(documents.restore_version, id=archive.id, number=1, by=ada, at=moment())
    await shown(graph, again.job, first)
    assert await place_of(graph, held["left.txt"].id, ada) == there.id
    assert (await counts(graph, there.id, ada))[0] == before[0] + 2
    # What nobody touched is still that: it goes with its container.
    await graph.write(documents.remove, id=archive.id, **of, at=moment())
    assert await counts(graph, there.id, ada) == (1, 6)


async def test_what_came_in_a_document_is_not_moved_without_it_as_long_as_that_is_there(
    graph: Graph, ada: Viewer, there: Notebook
) -> None:
    archive, job = await container(graph, ada)
    (made,) = await unpack(graph, job, file("a.txt", "a"))
    inside = DocumentId(made.subject)
    await graph.write(documents.rename, id=inside, name="mine.txt", version=None, by=ada, at=moment())

    with pytest.raises(DocumentInside, match=archive.id):
        await move(graph, inside, there, ada)
    await graph.write(documents.remove, id=archive.id, version=None, by=ada, at=moment())
    with pytest.raises(DocumentInside):
        await move(graph, inside, there, ada)
    await graph.write(trash.purge, id=archive.id, by=ada, at=moment())

    await move(graph, inside, there, ada)

    assert await place_of(graph, inside, ada) == there.id


async def test_what_is_in_the_trash_is_not_moved_and_comes_back_to_where_it_was_last(
    graph: Graph, ada: Viewer, here: Notebook, there: Notebook
) -> None:
    document, _ = await make.document(graph, ada, here)
    await move(graph, document.id, there, ada)
    await graph.write(documents.remove, id=document.id, version=None, by=ada, at=moment())

    with pytest.raises(DocumentMissing):
        await move(graph, document.id, here, ada)
    await graph.write(trash.restore, id=document.id, by=ada, at=moment())

    assert await place_of(graph, document.id, ada) == there.id
    assert (await counts(graph, here.id, ada))[0] == 0
    assert (await counts(graph, there.id, ada))[0] == 1


async def test_when_it_is_erased_no_notebook_in_which_it_lay_tells_its_name(
    graph: Graph, ada: Viewer, here: Notebook, there: Notebook
) -> None:
    document, _ = await make.document(graph, ada, here, "secret.txt")
    for to in (there, here, there):
        await move(graph, document.id, to, ada)
    await graph.write(documents.remove, id=document.id, version=None, by=ada, at=moment())

    await graph.write(trash.purge, id=document.id, by=ada, at=moment())

    for book in (here, there):
        told = await deeds(graph, book, ada)
        assert len(told) >= 3
        assert "secret" not in str(told)


async def test_its_jobs_go_along_and_end_where_it_lies(
    graph: Graph, ada: Viewer, ben: Viewer, eve: Viewer, here: Notebook, there: Notebook
) -> None:
    await make.shared(graph, ada, here, ben)
    await make.shared(graph, ada, there, eve)
    document, job = await make.document(graph, ada, here)
    running = await begun(graph, job)
    for subject, by in ((here, ben), (there, eve)):
        await make.callback(graph, by, subject.id)

    await move(graph, document.id, there, ada)

    for followers in (here, there):
        told_of = [it for _, it in await heard(graph, f"uploads/{followers.id}") if it["job"] == job.id]
        assert (told_of[-1]["status"], told_of[-1]["notebook"]) == (JobStatus.RUNNING, there.id)
    assert job.id in await graph.read(documents.visible_jobs, [job.id], by=eve)
    assert await graph.read(documents.visible_jobs, [job.id], by=ben) == {}
    assert await graph.read(documents.jobs_of_notebook, notebook=here.id, live=False, by=ada) == []
    failure = jobs.Failure(code="FILE_BROKEN", message="It is.")
    await graph.write(documents.fail, failure, job=job.id, attempt=running.attempt, at=moment())
    assert (await heard(graph, f"uploads/{there.id}"))[-1][1]["status"] == JobStatus.FAILED
    over = (await graph.read(jobs.get_many, [job.id]))[job.id]
    told = await graph.write(callbacks.tell, make.end_of(over), at=moment())
    owners = [await graph.read(callbacks.of_viewer, by=by) for by in (ben, eve)]
    assert [it.callback for it in told] == [owners[1][0].id]


async def test_what_is_unpacked_after_the_move_lies_at_the_new_place(
    graph: Graph, ada: Viewer, there: Notebook
) -> None:
    archive, job = await container(graph, ada)
    await move(graph, archive.id, there, ada)

    (made,) = await unpack(graph, job, file("a.txt", "a"))

    assert await place_of(graph, DocumentId(made.subject), ada) == there.id
    assert (await counts(graph, there.id, ada))[0] == 2


async def test_an_upload_of_a_version_goes_on_when_its_document_was_moved(
    graph: Graph, ada: Viewer, here: Notebook, there: Notebook
) -> None:
    document, _ = await make.document(graph, ada, here)
    at, limits = moment(), Limits(most=1_000, lasts=timedelta(days=1))
    draft = Draft(notebook=None, target=document.id, filename="b.txt", length=6)
    id = UploadId(at.id("upload"))
    await graph.write(uploads.begin, draft, id=id, limits=limits, by=ada, at=at)
    await move(graph, document.id, there, ada)
    await graph.write(notebooks.archive, id=here.id, archived=True, version=None, by=ada, at=moment())

    await graph.read(uploads.opened, id=id, by=ada, at=moment())
    await graph.write(uploads.complete, make.blob("second"), id=id, by=ada, at=moment())

    page = await graph.read(documents.versions, document=document.id, part=Slice(first=9), by=ada)
    assert page.total == 2
    assert await place_of(graph, document.id, ada) == there.id


# --- at the same time ---


@pytest.fixture
def once(plain: Home) -> Graph:
    """Each write once: here it is others that interfere."""
    return plain.graph


async def at_once(*attempts: Any) -> list[object]:
    found = await asyncio.gather(*attempts, return_exceptions=True)
    for each in found:
        if isinstance(each, BaseException) and not isinstance(each, Refused):
            raise each
    return found


async def wrongs(driver: AsyncDriver, engine: Engine, by: Viewer) -> list[dict[str, Any]]:
    """What does not add up: documents with no or two places, notebooks with other counts than documents."""
    wrong: list[dict[str, Any]] = []
    for statement in (
        """
        MATCH (document:Document {tenant: $tenant}) OPTIONAL MATCH (book:Notebook)-[:CONTAINS]->(document)
        WITH document, count(book) AS places WHERE places <> 1 RETURN document.id AS id, places AS found
        """,
        """
        MATCH (book:Notebook {tenant: $tenant}) WHERE book.status <> 'deleted'
        OPTIONAL MATCH (book)-[:CONTAINS]->(document:Document) WHERE document.deletion IS NULL
        WITH book, count(document) AS live, sum(document.file_size) AS size
        WHERE live <> book.document_count OR size <> book.total_size_bytes
        RETURN book.id AS id, [live, book.document_count, size, book.total_size_bytes] AS found
        """,
        """
        MATCH (book:Notebook)-[:HAS_JOB]->(job:Job {tenant: $tenant}) WHERE job.kind = 'processing'
        MATCH (place:Notebook)-[:CONTAINS]->(document:Document {id: job.subject})
        WHERE place.id <> book.id OR job.notebook <> book.id RETURN job.id AS id, book.id AS found
        """,
        """
        MATCH (outer:Notebook)-[:CONTAINS]->(:Document {tenant: $tenant})-[:CONTAINS_FILE]->(inner:Document)
        MATCH (place:Notebook)-[:CONTAINS]->(inner) WHERE place.id <> outer.id
        RETURN inner.id AS id, place.id AS found
        """,
    ):
        rows, _, _ = await driver.execute_query(
            statement,  # type: ignore[arg-type, unused-ignore]
            tenant=by.tenant,
            database_=engine.database,
        )
        wrong += [dict(row) for row in rows]
    return wrong


async def test_moves_to_and_fro_at_once_leave_it_in_one_place(
    once: Graph, ada: Viewer, here: Notebook, there: Notebook, driver: AsyncDriver, engine: Engine
) -> None:
    third = await make.notebook(once, ada)
    for _ in range(ROUNDS):
        pair = [(await make.document(once, ada, book))[0] for book in (here, there)]

        found = await at_once(
            *(
                move(once, document.id, to, ada)
                for document, ways in zip(pair, ((there, third, here), (here, third, there)), strict=True)
                for to in ways
            )
        )

        assert not any(isinstance(it, Refused) for it in found)
    assert await wrongs(driver, engine, ada) == []


async def test_of_a_move_and_a_deletion_at_once_both_count_right(
    once: Graph, ada: Viewer, here: Notebook, there: Notebook, driver: AsyncDriver, engine: Engine
) -> None:
    for _ in range(ROUNDS):
        archive, job = await container(once, ada, here)
        await unpack(once, job, file("a.txt", "a"), file("b.txt", "b"))

        moved, removed = await at_once(
            move(once, archive.id, there, ada),
            once.write(documents.remove, id=archive.id, version=None, by=ada, at=moment()),
        )

        assert isinstance(moved, DocumentMissing | Document)
        assert isinstance(removed, Document)
        assert await wrongs(driver, engine, ada) == []
        back = await once.write(trash.restore, id=archive.id, by=ada, at=moment())
        assert back.notebook == (there.id if isinstance(moved, Document) else here.id)
    assert await wrongs(driver, engine, ada) == []


async def test_nothing_is_moved_to_or_from_a_notebook_that_is_deleted_meanwhile(
    once: Graph, ada: Viewer, driver: AsyncDriver, engine: Engine
) -> None:
    for turn in range(2 * ROUNDS):
        pair = [await make.notebook(once, ada) for _ in range(2)]
        document, _ = await make.document(once, ada, pair[0])

        found, _ = await at_once(
            move(once, document.id, pair[1], ada),
            once.write(notebooks.remove, id=pair[turn % 2].id, version=None, by=ada, at=moment()),
        )

        assert isinstance(found, Document | DocumentMissing | NotebookMissing)
        await once.write(notebooks.restore, id=pair[turn % 2].id, by=ada, at=moment())
        place = pair[1].id if isinstance(found, Document) else pair[0].id
        assert await place_of(once, document.id, ada) == place
    assert await wrongs(driver, engine, ada) == []


async def test_what_is_unpacked_while_its_container_is_moved_goes_along(
    once: Graph, ada: Viewer, here: Notebook, there: Notebook, driver: AsyncDriver, engine: Engine
) -> None:
    for turn in range(ROUNDS):
        archive, job = await container(once, ada, here)
        (nested,) = await unpack(once, job, file("b.zip", f"b {turn}"))
        inner = await begun(once, nested)

        await at_once(
            unpack(once, inner, file("deep.txt", "d")),
            move(once, archive.id, there, ada),
            unpack(once, job, file("a.txt", "a")),
        )

        assert await wrongs(driver, engine, ada) == []
        assert (await counts(once, here.id, ada))[0] == 0


async def test_a_move_sees_what_was_unpacked_while_it_waited(
    once: Graph, ada: Viewer, here: Notebook, there: Notebook, driver: AsyncDriver, engine: Engine
) -> None:
    archive, job = await container(once, ada, here)
    (nested,) = await unpack(once, job, file("b.zip", "b"))
    inner = await begun(once, nested)
    unpacked = asyncio.Event()

    async def slowly(work: Any) -> None:
        some = [file("deep.txt", "d")]
        await documents.unpack(work, some, job=inner.id, attempt=inner.attempt, at=moment())
        unpacked.set()
        await asyncio.sleep(0.5)

    unpacking = asyncio.create_task(once.write(slowly))
    await unpacked.wait()
    await move(once, archive.id, there, ada)
    await unpacking

    assert (await counts(once, there.id, ada))[0] == 3
    assert await wrongs(driver, engine, ada) == []


async def test_a_version_that_is_shown_while_its_container_is_moved_exchanges_what_came_in_it(
    once: Graph, ada: Viewer, here: Notebook, there: Notebook, driver: AsyncDriver, engine: Engine
) -> None:
    for _ in range(ROUNDS):
        archive, job = await make.document(once, ada, here, "a.zip", size=10)
        await shown(once, job, [file("old.txt", "o"), file("same.txt", "s")])
        brought = await added(once, archive, ada, "second")

        await at_once(
            shown(once, brought.job, [file("same.txt", "s"), file("new.txt", "n")]),
            move(once, archive.id, there, ada),
        )

        assert await wrongs(driver, engine, ada) == []
        assert [it.name for it in await children(once, archive.id, ada)] == ["new.txt", "same.txt"]


async def test_who_may_not_read_its_new_place_makes_no_copy_once_it_is_there(
    once: Graph, ada: Viewer, ben: Viewer, here: Notebook, there: Notebook, engine: Engine
) -> None:
    if engine.name == "arcadedb":
        pytest.skip("On ArcadeDB nobody waits: the copy is made first, and the move once more")
    await make.shared(once, ada, here, ben)
    own = await make.notebook(once, ben)
    document, _ = await make.document(once, ada, here)
    moved, asked = asyncio.Event(), asyncio.Event()

    async def slowly(work: Any) -> None:
        await documents.move(work, id=document.id, to=there.id, version=None, by=ada, at=moment())
        moved.set()
        await asyncio.sleep(0.5)

    async def copy(work: Any) -> None:
        asked.set()
        await copies.copy_document(work, id=document.id, notebook=own.id, name=None, by=ben, at=moment())

    moving = asyncio.create_task(once.write(slowly))
    await moved.wait()
    copying = asyncio.create_task(once.write(copy))
    await asked.wait()
    await moving

    with pytest.raises(DocumentMissing):
        await copying
