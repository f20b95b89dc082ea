"""Documents that came in another one: made once, by name, within bounds, and deleted with it."""

from dataclasses import replace

import pytest

from aether.adapters.neo4j.graph import Neo4jGraph
from aether.adapters.system import moment
from aether.domain import documents, jobs, notebooks, trash
from aether.domain.documents import Document, DocumentId, Unpacked
from aether.domain.graph import Graph
from aether.domain.jobs import AttemptOver, Job
from aether.domain.notebooks import Notebook
from aether.domain.pages import Slice
from aether.domain.texts import FileTooComplex
from aether.domain.viewers import Viewer
from tests import make


def file(path: str, text: str = "rivers", size: int = 6) -> Unpacked:
    return Unpacked(path=path, name=path.rpartition("/")[2], blob=replace(make.blob(text), size=size))


async def container(graph: Graph, by: Viewer, book: Notebook | None = None) -> tuple[Document, Job]:
    """An archive that is being processed."""
    document, job = await make.document(graph, by, book or await make.notebook(graph, by), "a.zip", size=10)
    return document, await begun(graph, job)


async def begun(graph: Graph, job: Job) -> Job:
    running = await graph.write(jobs.claim, id=job.id, attempt=job.attempt, at=moment())
    await graph.write(documents.begin, job=job.id, attempt=job.attempt, at=moment())
    return running


async def unpack(graph: Graph, job: Job, *files: Unpacked) -> list[Job]:
    return list(await graph.write(documents.unpack, files, job=job.id, attempt=job.attempt, at=moment()))


async def children(graph: Graph, document: DocumentId, by: Viewer, first: int = 50) -> list[Document]:
    page = await graph.read(documents.children, container=document, part=Slice(first=first), by=by)
    return [seen.document for seen, _ in page.items]


async def live(graph: Graph, made: list[Job], by: Viewer) -> set[str]:
    ids = [DocumentId(job.subject) for job in made]
    return {seen.document.name for seen in (await graph.read(documents.get_many, ids, by=by)).values()}


async def counts(graph: Graph, id: str, by: Viewer) -> tuple[int, int]:
    found = await graph.read(notebooks.get_many, [notebooks.NotebookId(id)], by=by)
    book = found[notebooks.NotebookId(id)].notebook
    return book.document_count, book.total_size_bytes


async def test_files_become_documents_beside_what_held_them(graph: Graph, ada: Viewer) -> None:
    archive, job = await container(graph, ada)

    made = await unpack(graph, job, file("b/Oder.txt", "o"), file("Elbe.txt", "e"))

    held = await children(graph, archive.id, ada)
    assert [(it.name, it.notebook, it.uploaded_by) for it in held] == [
        ("Elbe.txt", archive.notebook, ada.user),
        ("Oder.txt", archive.notebook, ada.user),
    ]
    inside = held[1].inside
    assert inside is not None
    assert (inside.container, inside.outermost, inside.path, inside.depth) == (
        archive.id,
        archive.id,
        "b/Oder.txt",
        1,
    )
    assert {job.subject for job in made} == {it.id for it in held}
    assert await counts(graph, archive.notebook, ada) == (3, 22)


async def test_unpacking_twice_makes_no_second_document(graph: Graph, ada: Viewer) -> None:
    archive, job = await container(graph, ada)
    some = (file("a.txt", "a"), file("a.txt", "another a"), file("b/a.txt", "a"), file("a.txt", "a"))

    first = await unpack(graph, job, *some)
    again = await unpack(graph, job, *some)

    assert (len(first), again) == (3, [])
    assert len(await children(graph, archive.id, ada)) == 3


async def test_what_was_deleted_does_not_come_back(graph: Graph, ada: Viewer) -> None:
    archive, job = await container(graph, ada)
    made = await unpack(graph, job, file("a.txt", "a"), file("b.txt", "b"))
    gone = DocumentId(made[0].subject)
    await graph.write(documents.remove, id=gone, version=None, by=ada, at=moment())

    assert await unpack(graph, job, file("a.txt", "a"), file("b.txt", "b")) == []
    assert [it.id for it in await children(graph, archive.id, ada)] == [made[1].subject]


async def test_a_document_is_deleted_with_what_came_in_it_unless_somebody_changed_that(
    graph: Graph, ada: Viewer
) -> None:
    archive, job = await container(graph, ada)
    some = [file(name, name) for name in ("a.txt", "mine.txt", "b.zip", "c.zip")]
    made = await unpack(graph, job, *some)
    held = {it.id: it.name for it in await children(graph, archive.id, ada)}
    for nested in [it for it in made if held[DocumentId(it.subject)].endswith(".zip")]:
        inner = f"within {held[DocumentId(nested.subject)]}.txt"
        made += await unpack(graph, await begun(graph, nested), file(inner, inner))
    for name in ("mine.txt", "c.zip"):
        changed = next(it for it in await children(graph, archive.id, ada) if it.name == name)
        await graph.write(
            documents.rename, id=changed.id, name=f"my {name}", version=None, by=ada, at=moment()
        )

    await graph.write(documents.remove, id=archive.id, version=None, by=ada, at=moment())

    assert await live(graph, made, ada) == {"my mine.txt", "my c.zip", "within c.zip.txt"}
    assert await counts(graph, archive.notebook, ada) == (3, 18)
    assert await children(graph, archive.id, ada) == []


async def test_whoever_works_on_what_is_deleted_with_a_document_stops(graph: Graph, ada: Viewer) -> None:
    archive, job = await container(graph, ada)
    waits, runs, mine = await unpack(
        graph, job, file("a.txt", "a"), file("b.txt", "b"), file("mine.txt", "m")
    )
    await begun(graph, runs)
    of = DocumentId(mine.subject)
    await graph.write(documents.rename, id=of, name="my own.txt", version=None, by=ada, at=moment())

    await graph.write(documents.remove, id=archive.id, version=None, by=ada, at=moment())

    now = await graph.read(jobs.get_many, [job.id, waits.id, runs.id, mine.id])
    assert [now[it.id].status.over for it in (job, waits, runs, mine)] == [True, True, True, False]


async def test_depth_and_outermost_follow_what_holds_a_document(graph: Graph, ada: Viewer) -> None:
    archive, job = await container(graph, ada)
    (first,) = await unpack(graph, job, file("b.zip"))
    (second,) = await unpack(graph, await begun(graph, first), file("c.zip"))

    found = (await children(graph, DocumentId(first.subject), ada))[0]

    assert found.id == second.subject
    assert found.inside is not None
    assert (found.inside.container, found.inside.outermost, found.inside.depth) == (
        first.subject,
        archive.id,
        2,
    )


async def test_what_comes_in_one_document_has_bounds(graph: Graph, ada: Viewer) -> None:
    _, job = await container(graph, ada)

    with pytest.raises(FileTooComplex, match="5,000"):
        await unpack(graph, job, file("a.txt", size=3 * 10**9), file("b.txt", size=3 * 10**9))
    await unpack(graph, job, file("a.txt", size=3 * 10**9))
    with pytest.raises(FileTooComplex):
        await unpack(graph, job, file("b.txt", size=3 * 10**9))


async def test_an_attempt_that_is_over_makes_nothing(graph: Graph, ada: Viewer) -> None:
    archive, job = await container(graph, ada)

    with pytest.raises(AttemptOver):
        await graph.write(documents.unpack, [file("a.txt")], job=job.id, attempt=2, at=moment())
    await graph.write(documents.remove, id=archive.id, version=None, by=ada, at=moment())
    with pytest.raises(AttemptOver):
        await unpack(graph, job, file("a.txt"))


async def test_a_stranger_sees_nothing_of_what_came_in_a_document(
    graph: Graph, ada: Viewer, eve: Viewer
) -> None:
    archive, job = await container(graph, ada)
    await unpack(graph, job, *(file(f"{n}.txt", str(n)) for n in range(5)))

    assert await children(graph, archive.id, eve) == []
    page = await graph.read(documents.children, container=archive.id, part=Slice(first=2), by=ada)
    assert (len(page.items), page.total) == (2, 5)


async def test_what_went_with_a_document_comes_back_with_it(graph: Graph, ada: Viewer) -> None:
    archive, job = await container(graph, ada)
    made = await unpack(graph, job, file("a.txt", "a"), file("b.txt", "b"))
    before = await counts(graph, archive.notebook, ada)
    alone = DocumentId(made[0].subject)
    await graph.write(documents.remove, id=alone, version=None, by=ada, at=moment())
    await graph.write(documents.remove, id=archive.id, version=None, by=ada, at=moment())
    assert await counts(graph, archive.notebook, ada) == (0, 0)

    await graph.write(trash.restore, id=archive.id, by=ada, at=moment())

    assert [it.id for it in await children(graph, archive.id, ada)] == [made[1].subject]
    await graph.write(trash.restore, id=alone, by=ada, at=moment())
    assert await counts(graph, archive.notebook, ada) == before


async def test_what_went_with_a_document_is_erased_with_it(
    graph: Graph, anybody: Neo4jGraph, ada: Viewer
) -> None:
    archive, job = await container(graph, ada)
    made = await unpack(graph, job, file("a.txt", "a"), file("b.zip", "b"))
    inner = await unpack(graph, await begun(graph, made[1]), file("c.txt", "c"))
    await graph.write(documents.remove, id=archive.id, version=None, by=ada, at=moment())

    await graph.write(trash.purge, id=archive.id, by=ada, at=moment())

    due, _ = await anybody.read(trash.due, before=None, limit=1_000)
    assert {it.subject for it in (*made, *inner)} <= {it.id for it in due}
    for it in (*made, *inner):
        of = {"before": None, "tenant": ada.tenant, "at": moment()}
        assert await graph.write(trash.erase, id=DocumentId(it.subject), **of)  # type: ignore[arg-type]
    assert await counts(graph, archive.notebook, ada) == (0, 0)
