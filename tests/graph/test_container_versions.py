"""What came in a document when that has another version: it appears, stays, leaves and comes back with it."""

import asyncio
from collections.abc import Awaitable, Callable, Collection
from typing import Any

import pytest

from aether.adapters.neo4j.graph import Neo4jGraph
from aether.adapters.system import moment
from aether.domain import documents, events, jobs, trash
from aether.domain.documents import Document, DocumentId, DocumentMissing, Unpacked
from aether.domain.errors import Refused
from aether.domain.graph import Graph, Work
from aether.domain.jobs import Job, JobKind, JobStatus
from aether.domain.texts import FileTooComplex
from aether.domain.viewers import Viewer
from tests import make
from tests.graph.test_containers import begun, children, container, counts, file, unpack
from tests.graph.test_versions import added, chunks, extracted
from tests.make import Home


async def names(graph: Graph, archive: Document, by: Viewer) -> list[str]:
    return [it.name for it in await children(graph, archive.id, by)]


async def child(graph: Graph, archive: Document, by: Viewer, name: str) -> Document:
    return next(it for it in await children(graph, archive.id, by) if it.name == name)


async def shown(graph: Graph, job: Job | None, files: Collection[Unpacked]) -> Document:
    """What a worker commits for an archive that holds *files*, or for its new version."""
    document = await unpacked(graph, job, files)
    return await finished(graph, document, job)


async def unpacked(graph: Graph, job: Job | None, files: Collection[Unpacked]) -> Document:
    """The archive of a job, read but not shown."""
    assert job is not None
    document, _ = await extracted(graph, job)
    await unpack(graph, job, *files)
    return document


async def finished(graph: Graph, document: Document, job: Job | None) -> Document:
    assert job is not None
    of: Any = {"job": job.id, "attempt": job.attempt}
    if document.coming is None:
        await graph.write(documents.keep_chunks, chunks(document), **of, at=moment())
    else:
        await graph.write(documents.show, chunks(document), [], **of, at=moment())
    return await graph.write(documents.complete, **of, at=moment())


async def archive_of(graph: Graph, by: Viewer, *files: Unpacked) -> Document:
    """An archive with *files* that was processed."""
    _, job = await make.document(graph, by, await make.notebook(graph, by), "a.zip", size=10)
    return await shown(graph, job, files)


async def version(graph: Graph, archive: Document, by: Viewer, text: str, *files: Unpacked) -> Document:
    """The archive, once it shows a version that holds *files*."""
    return await shown(graph, (await added(graph, archive, by, text)).job, files)


async def restored(graph: Graph, archive: Document, by: Viewer, number: int, *files: Unpacked) -> Document:
    """The archive, once it shows an old version again, which holds *files*."""
    again = await graph.write(documents.restore_version, id=archive.id, number=number, by=by, at=moment())
    return await shown(graph, again.job, files)


async def told_last(graph: Graph, job: Job) -> str:
    """The status of a job that was last told to whoever follows it."""
    unsent = await graph.read(events.unsent, limit=10_000)
    return str([it for it in unsent if it.topic == f"job/{job.id}"][-1].payload["status"])


async def waiting(work: Work, archive: Document) -> list[Job]:
    return [job for job in await work.jobs.about(archive.notebook, live=True) if job.subject != archive.id]


async def test_files_of_a_new_version_appear_with_it_and_are_processed_then(
    graph: Graph, ada: Viewer
) -> None:
    archive = await archive_of(graph, ada, file("same.txt", "s"), file("old.txt", "o"))
    same = await child(graph, archive, ada, "same.txt")
    before = await counts(graph, archive.notebook, ada)

    brought = await added(graph, archive, ada, "second", size=10)
    document = await unpacked(graph, brought.job, (file("same.txt", "s"), file("new.txt", "n")))

    assert await names(graph, archive, ada) == ["old.txt", "same.txt"]
    assert await counts(graph, archive.notebook, ada) == before
    open_before = {job.subject for job in await graph.read(waiting, archive)}
    await finished(graph, document, brought.job)
    assert await names(graph, archive, ada) == ["new.txt", "same.txt"]
    assert (await child(graph, archive, ada, "same.txt")).id == same.id
    assert await counts(graph, archive.notebook, ada) == before
    new = await child(graph, archive, ada, "new.txt")
    assert new.id not in open_before
    reindex = next(it for it in await graph.read(waiting, archive) if it.kind is JobKind.REINDEX)
    revived = await graph.write(make.revived, reindex)
    assert [job.subject for job in revived] == [new.id]


async def test_a_version_that_fails_shows_none_of_its_files(graph: Graph, ada: Viewer) -> None:
    archive = await archive_of(graph, ada, file("old.txt", "o"))
    brought = await added(graph, archive, ada, "second")
    assert brought.job
    await unpacked(graph, brought.job, [file("new.txt", "n")])

    failure = jobs.Failure(code="FILE_DAMAGED", message="It is damaged.")
    await graph.write(documents.fail, failure, job=brought.job.id, attempt=1, at=moment())

    assert await names(graph, archive, ada) == ["old.txt"]
    await version(graph, archive, ada, "third", file("third.txt", "t"))
    assert await names(graph, archive, ada) == ["third.txt"]


async def test_files_come_back_when_the_version_that_held_them_is_restored(graph: Graph, ada: Viewer) -> None:
    first = (file("a.txt", "a"), file("b.txt", "b"))
    archive = await archive_of(graph, ada, *first)
    held = {it.id for it in await children(graph, archive.id, ada)}
    before = await counts(graph, archive.notebook, ada)
    await version(graph, archive, ada, "second", file("a.txt", "a"), file("c.txt", "c"))
    assert await names(graph, archive, ada) == ["a.txt", "c.txt"]

    await restored(graph, archive, ada, 1, *first)

    assert {it.id for it in await children(graph, archive.id, ada)} == held
    assert await counts(graph, archive.notebook, ada) == before


async def test_what_somebody_changed_stays_when_its_version_goes(graph: Graph, ada: Viewer) -> None:
    some = [file(name, name) for name in ("renamed.txt", "revised.txt", "plain.txt")]
    archive = await archive_of(graph, ada, *some)
    renamed = await child(graph, archive, ada, "renamed.txt")
    await graph.write(documents.rename, id=renamed.id, name="mine.txt", version=None, by=ada, at=moment())
    await added(graph, await child(graph, archive, ada, "revised.txt"), ada, "revision")

    await version(graph, archive, ada, "second", file("new.txt", "n"))

    assert await names(graph, archive, ada) == ["mine.txt", "new.txt", "revised.txt"]
    await version(graph, archive, ada, "third")
    assert await names(graph, archive, ada) == ["mine.txt", "revised.txt"]


async def test_what_an_inner_archive_holds_goes_and_comes_with_it(graph: Graph, ada: Viewer) -> None:
    inner = file("inner.zip", "inner")
    archive = await archive_of(graph, ada, inner)
    nested = await child(graph, archive, ada, "inner.zip")
    (job,) = [it for it in await graph.read(waiting, archive) if it.subject == nested.id]
    await shown(graph, job, [file("deep.txt", "d"), file("kept.txt", "k")])
    kept = await child(graph, nested, ada, "kept.txt")
    await graph.write(documents.rename, id=kept.id, name="mine.txt", version=None, by=ada, at=moment())
    before = await counts(graph, archive.notebook, ada)

    await version(graph, archive, ada, "second")
    gone = await graph.read(documents.get_many, [nested.id, kept.id], by=ada)
    await restored(graph, archive, ada, 1, inner)

    assert list(gone) == [kept.id]
    assert await names(graph, archive, ada) == ["inner.zip"]
    assert await names(graph, nested, ada) == ["deep.txt", "mine.txt"]
    count, size = await counts(graph, archive.notebook, ada)
    assert (count, size) == (before[0], before[1])


async def test_whoever_works_on_what_leaves_stops_and_goes_on_when_it_is_back(
    graph: Graph, ada: Viewer
) -> None:
    first = (file("stays.txt", "s"), file("runs.txt", "r"), file("waits.txt", "w"))
    archive = await archive_of(graph, ada, *first)
    held = {it.id: it.name for it in await children(graph, archive.id, ada)}
    working = {held[DocumentId(it.subject)]: it for it in await graph.read(waiting, archive)}
    await begun(graph, working["runs.txt"])

    await version(graph, archive, ada, "second", file("stays.txt", "s"))

    now = await graph.read(jobs.get_many, [it.id for it in working.values()])
    assert {name: now[it.id].status for name, it in working.items()} == {
        "stays.txt": JobStatus.PENDING,
        "runs.txt": JobStatus.CANCELLED,
        "waits.txt": JobStatus.CANCELLED,
    }
    assert await told_last(graph, working["runs.txt"]) == JobStatus.CANCELLED
    await restored(graph, archive, ada, 1, *first)
    reindex = next(it for it in await graph.read(waiting, archive) if it.kind is JobKind.REINDEX)
    absent = await graph.read(documents.unprocessed, list(held))
    revived = await graph.write(documents.revive, reindex, absent, together=len(absent), at=moment())
    assert {held[DocumentId(it.subject)] for it in revived} == {"runs.txt", "waits.txt"}


async def test_whoever_works_on_what_leaves_at_once_stops(graph: Graph, ada: Viewer) -> None:
    archive, job = await container(graph, ada)
    (old,) = await unpack(graph, job, file("old.txt", "o"))

    await added(graph, archive, ada, "second")

    assert (await graph.read(jobs.get_many, [old.id]))[old.id].status is JobStatus.CANCELLED


async def test_what_is_absent_cannot_be_opened_or_brought_back(graph: Graph, ada: Viewer) -> None:
    archive = await archive_of(graph, ada, file("old.txt", "o"))
    old = await child(graph, archive, ada, "old.txt")

    await version(graph, archive, ada, "second")

    for refused in (
        graph.write(documents.rename, id=old.id, name="x", version=None, by=ada, at=moment()),
        graph.write(trash.restore, id=old.id, by=ada, at=moment()),
        graph.write(trash.purge, id=old.id, by=ada, at=moment()),
    ):
        with pytest.raises(DocumentMissing):
            await refused


async def test_a_version_of_what_was_never_understood_takes_its_files_at_once(
    graph: Graph, ada: Viewer
) -> None:
    archive, job = await container(graph, ada)
    await unpack(graph, job, file("old.txt", "o"), file("same.txt", "s"))

    brought = await added(graph, archive, ada, "second")

    assert await names(graph, archive, ada) == []
    await shown(graph, brought.job, [file("same.txt", "s"), file("new.txt", "n")])
    assert await names(graph, archive, ada) == ["new.txt", "same.txt"]


async def test_unpacking_a_version_twice_changes_nothing(graph: Graph, ada: Viewer) -> None:
    archive = await archive_of(graph, ada, file("old.txt", "o"))
    brought = await added(graph, archive, ada, "second")
    assert brought.job
    some = (file("new.txt", "n"), file("other.txt", "t"))
    document = await unpacked(graph, brought.job, some)

    await unpack(graph, brought.job, *some)

    await finished(graph, document, brought.job)
    assert await names(graph, archive, ada) == ["new.txt", "other.txt"]
    assert (await counts(graph, archive.notebook, ada))[0] == 3


async def test_a_version_has_bounds_of_its_own(graph: Graph, ada: Viewer) -> None:
    archive = await archive_of(graph, ada, file("old.bin", "o", size=3 * 10**9))

    await version(graph, archive, ada, "second", file("new.bin", "n", size=3 * 10**9))

    assert await names(graph, archive, ada) == ["new.bin"]
    brought = await added(graph, archive, ada, "third")
    with pytest.raises(FileTooComplex):
        await unpacked(
            graph, brought.job, [file("b.bin", "b", size=3 * 10**9), file("c.bin", "c", size=3 * 10**9)]
        )


async def nested(graph: Graph, archive: Document, by: Viewer, name: str, *files: Unpacked) -> Document:
    """An archive in *archive* that holds *files*."""
    inner = await child(graph, archive, by, name)
    (job,) = [it for it in await graph.read(waiting, archive) if it.subject == inner.id]
    return await shown(graph, job, files)


async def test_a_version_of_what_came_in_another_has_the_bounds_of_that(graph: Graph, ada: Viewer) -> None:
    large = 2 * 10**9
    archive = await archive_of(graph, ada, file("beside.bin", "b", size=large), file("inner.zip", "i"))
    inner = await nested(graph, archive, ada, "inner.zip", file("old.bin", "o", size=large))

    brought = await added(graph, inner, ada, "second")
    with pytest.raises(FileTooComplex):
        await unpacked(graph, brought.job, [file("a.bin", "a", size=large), file("b.bin", "b", size=large)])

    await version(graph, inner, ada, "third", file("new.bin", "n", size=large))
    assert await names(graph, inner, ada) == ["new.bin"]


async def test_what_comes_back_with_a_version_needs_room_too(graph: Graph, ada: Viewer) -> None:
    large = 2 * 10**9
    first = (file("a.bin", "a", size=large), file("b.bin", "b", size=large))
    archive = await archive_of(graph, ada, file("inner.zip", "i"), file("other.zip", "o"))
    inner = await nested(graph, archive, ada, "inner.zip", *first)
    await version(graph, inner, ada, "second", file("small.txt", "s"))
    await nested(graph, archive, ada, "other.zip", file("c.bin", "c", size=large))

    with pytest.raises(FileTooComplex):
        await restored(graph, inner, ada, 1, *first)


async def test_of_a_version_all_is_counted_that_comes_with_it(graph: Graph, ada: Viewer) -> None:
    large = 2 * 10**9
    archive = await archive_of(graph, ada, file("inner.zip", "i"))
    await nested(graph, archive, ada, "inner.zip", file("deep.bin", "d", size=large))

    brought = await added(graph, archive, ada, "second")
    with pytest.raises(FileTooComplex):
        await unpacked(
            graph,
            brought.job,
            [file("inner.zip", "i"), file("a.bin", "a", size=large), file("b.bin", "b", size=large)],
        )


async def test_an_archive_that_was_deleted_meanwhile_takes_its_version_up_when_it_is_back(
    graph: Graph, ada: Viewer
) -> None:
    archive = await archive_of(graph, ada, file("old.txt", "o"))
    brought = await added(graph, archive, ada, "second")
    await unpacked(graph, brought.job, [file("new.txt", "n")])
    await graph.write(documents.remove, id=archive.id, version=None, by=ada, at=moment())
    await graph.write(trash.restore, id=archive.id, by=ada, at=moment())
    assert await names(graph, archive, ada) == ["old.txt"]

    reindex = next(it for it in await graph.read(waiting, archive) if it.kind is JobKind.REINDEX)
    revived = await graph.write(make.revived, reindex)
    job = next(it for it in revived if it.subject == archive.id)

    await shown(graph, job, [file("new.txt", "n")])
    assert await names(graph, archive, ada) == ["new.txt"]


async def test_what_is_absent_is_erased_with_its_container(
    graph: Graph, anybody: Neo4jGraph, ada: Viewer
) -> None:
    archive = await archive_of(graph, ada, file("old.txt", "o"))
    old = await child(graph, archive, ada, "old.txt")
    await version(graph, archive, ada, "second", file("new.txt", "n"))
    await graph.write(documents.remove, id=archive.id, version=None, by=ada, at=moment())
    of: Any = {"before": None, "tenant": ada.tenant}
    assert not await graph.write(trash.erase, id=old.id, **of, at=moment())

    await graph.write(trash.purge, id=archive.id, by=ada, at=moment())

    due, _ = await anybody.read(trash.due, before=None, limit=1_000)
    assert old.id in {it.id for it in due}
    assert await graph.write(trash.erase, id=old.id, **of, at=moment())


async def test_what_was_erased_does_not_come_back_whatever_version_is_read(graph: Graph, ada: Viewer) -> None:
    first = (file("secret.txt", "s"), file("a.txt", "a"))
    archive = await archive_of(graph, ada, *first)
    secret = await child(graph, archive, ada, "secret.txt")
    await graph.write(documents.remove, id=secret.id, version=None, by=ada, at=moment())
    await graph.write(trash.purge, id=secret.id, by=ada, at=moment())

    again = await graph.write(documents.reprocess, id=archive.id, by=ada, at=moment())
    await shown(graph, again, first)

    assert await names(graph, archive, ada) == ["a.txt"]
    await version(graph, archive, ada, "second", *first, file("b.txt", "b"))
    assert await names(graph, archive, ada) == ["a.txt", "b.txt"]
    await version(graph, archive, ada, "third", file("secret.txt", "no longer"))
    assert await names(graph, archive, ada) == ["secret.txt"]


def slowly(use_case: Callable[..., Awaitable[Any]]) -> Callable[..., Awaitable[Any]]:
    """*use_case*, whose transaction stays open for a while once all is written."""

    async def slow(work: Work, **named: Any) -> Any:
        done = await use_case(work, **named)
        await asyncio.sleep(0.3)
        return done

    return slow


async def test_of_files_erased_at_once_none_comes_back(plain: Home, ada: Viewer) -> None:
    graph = plain.graph
    some = [file(f"{n}.txt", f"{n}") for n in range(3)]
    archive = await archive_of(graph, ada, *some)
    held = [it.id for it in await children(graph, archive.id, ada)]
    for id in held:
        await graph.write(documents.remove, id=id, version=None, by=ada, at=moment())

    purge = slowly(trash.purge)
    await asyncio.gather(*(graph.write(purge, id=id, by=ada, at=moment()) for id in held))

    again = await graph.write(documents.reprocess, id=archive.id, by=ada, at=moment())
    await shown(graph, again, some)
    assert await names(graph, archive, ada) == []


async def test_of_a_change_and_the_version_that_takes_it_away_one_wins(plain: Home, ada: Viewer) -> None:
    graph, rename = plain.graph, slowly(documents.rename)
    for turn in range(2):
        archive = await archive_of(graph, ada, file(f"{turn}.txt", "o"))
        old = await child(graph, archive, ada, f"{turn}.txt")
        brought = await added(graph, archive, ada, f"second {turn}")
        document = await unpacked(graph, brought.job, [])

        renaming = asyncio.create_task(
            graph.write(rename, id=old.id, name="mine.txt", version=None, by=ada, at=moment())
        )
        await asyncio.sleep(0.15 * turn)
        done = await finished(graph, document, brought.job)
        await asyncio.wait({renaming})

        assert done.number == 2
        refused = renaming.exception()
        assert refused is None or isinstance(refused, Refused)
        expected = ["mine.txt"] if refused is None else []
        assert await names(graph, archive, ada) == expected
        assert (await counts(graph, archive.notebook, ada))[0] == 1 + len(expected)
