"""Uploads in the graph: begun once, finished once, and seen by nobody but whoever brings them."""

import asyncio
from dataclasses import replace
from datetime import timedelta

import pytest

from aether.adapters.neo4j.graph import Neo4jGraph
from aether.adapters.system import moment
from aether.domain import documents, jobs, notebooks, trash, uploads
from aether.domain.access import Permission, PermissionMissing
from aether.domain.blobs import Blob, BlobKey, FileEmpty, FileTooLarge
from aether.domain.documents import DocumentId
from aether.domain.errors import Invalid
from aether.domain.graph import Graph
from aether.domain.jobs import Failure, JobId, QueueFull
from aether.domain.moments import Moment
from aether.domain.notebooks import Notebook, NotebookArchived, NotebookMissing
from aether.domain.uploads import (
    Draft,
    LengthWrong,
    Limits,
    TooManyUploads,
    Upload,
    UploadComplete,
    UploadGone,
    UploadId,
    UploadKind,
    UploadMissing,
    UploadStatus,
)
from aether.domain.viewers import RoleMissing, Viewer
from tests import make
from tests.make import Home

LIMITS = Limits(most=1000, lasts=timedelta(hours=1))
BLOB = Blob(key=BlobKey("ab" * 32), size=10, sha256="ab" * 32)


@pytest.fixture
async def book(graph: Graph, ada: Viewer) -> Notebook:
    return await make.notebook(graph, ada)


@pytest.fixture
async def upload(graph: Graph, ada: Viewer, book: Notebook) -> Upload:
    return await begin(graph, ada, draft(book))


def draft(book: Notebook | None, **more: object) -> Draft:
    told = {"filename": "a/elbe.txt", "declared_type": "text/plain", "length": 10, "metadata": "x", **more}
    return Draft(notebook=book.id if book else None, **told)  # type: ignore[arg-type]


async def begin(
    graph: Graph, by: Viewer, draft: Draft, *, at: Moment | None = None, limits: Limits = LIMITS
) -> Upload:
    at = at or moment()
    return await graph.write(uploads.begin, draft, id=UploadId(at.id("upload")), limits=limits, by=by, at=at)


async def get(graph: Graph, by: Viewer, id: UploadId) -> Upload:
    return await graph.read(uploads.get, id=id, by=by)


async def go_on(
    graph: Graph, by: Viewer, id: UploadId, *, length: int | None, kept: int, at: Moment | None = None
) -> Upload:
    return await graph.write(
        uploads.go_on, id=id, length=length, kept=kept, limits=LIMITS, by=by, at=at or moment()
    )


def later(upload: Upload, more: timedelta = timedelta()) -> Moment:
    """The moment at which it expires."""
    return Moment(now=upload.expires_at + more, seed=b"x")


async def test_an_upload_is_what_it_was_begun_as(graph: Graph, ada: Viewer, book: Notebook) -> None:
    at = moment()
    begun = await begin(graph, ada, draft(book), at=at)
    parts = (UploadId("upload_a"), UploadId("upload_b"))
    joined = await begin(graph, ada, draft(book, kind=UploadKind.FINAL, parts=parts, declared_type=None))

    assert await get(graph, ada, begun.id) == begun
    assert await get(graph, ada, joined.id) == joined
    assert (begun.filename, begun.length, begun.owner) == ("elbe.txt", 10, ada.user)
    assert begun.expires_at == at.now + LIMITS.lasts
    assert joined.parts == parts


async def test_beginning_twice_begins_once(graph: Graph, ada: Viewer, book: Notebook) -> None:
    at = moment()

    assert await begin(graph, ada, draft(book), at=at) == await begin(graph, ada, draft(book), at=at)


async def test_an_upload_is_ones_own(
    graph: Graph, ada: Viewer, ben: Viewer, mallory: Viewer, abroad: Home, book: Notebook, upload: Upload
) -> None:
    await make.shared(graph, ada, book, ben, permission=Permission.ADMIN)

    for where, who in ((graph, ben), (abroad.graph, mallory)):
        with pytest.raises(UploadMissing):
            await get(where, who, upload.id)
        with pytest.raises(UploadMissing):
            await go_on(where, who, upload.id, length=None, kept=0)
        with pytest.raises(UploadMissing):
            await where.write(uploads.complete, BLOB, id=upload.id, by=who, at=moment())
        with pytest.raises(UploadMissing):
            await where.write(uploads.abort, id=upload.id, by=who, at=moment())
    assert await get(graph, ada, upload.id) == upload


async def test_who_may_not_write_begins_nothing(
    graph: Graph, ada: Viewer, ben: Viewer, eve: Viewer, book: Notebook
) -> None:
    await make.shared(graph, ada, book, ben, permission=Permission.READ)

    with pytest.raises(PermissionMissing):
        await begin(graph, ben, draft(book))
    with pytest.raises(NotebookMissing):
        await begin(graph, eve, draft(book))
    with pytest.raises(RoleMissing):
        await begin(graph, replace(ada, ceiling=Permission.READ), draft(None, kind=UploadKind.PARTIAL))
    await graph.write(notebooks.archive, id=book.id, archived=True, version=None, by=ada, at=moment())
    with pytest.raises(NotebookArchived):
        await begin(graph, ada, draft(book))


@pytest.mark.parametrize(
    ("more", "refusal"),
    [
        ({"length": 0}, FileEmpty),
        ({"length": 1001}, FileTooLarge),
        ({"filename": None}, Invalid),
        ({"filename": ".."}, Invalid),
        ({"declared_type": "x" * 256}, Invalid),
        ({"metadata": "x" * 8001}, Invalid),
    ],
)
async def test_what_cannot_become_a_document_is_not_begun(
    graph: Graph, ada: Viewer, book: Notebook, more: dict[str, object], refusal: type[Exception]
) -> None:
    with pytest.raises(refusal):
        await begin(graph, ada, draft(book, **more))


async def test_finishing_twice_makes_one_document_and_one_job(
    graph: Graph, ada: Viewer, book: Notebook, upload: Upload
) -> None:
    first = await graph.write(uploads.complete, BLOB, id=upload.id, by=ada, at=moment())
    second = await graph.write(uploads.complete, BLOB, id=upload.id, by=ada, at=moment())

    assert first == second
    assert first.document == f"document_{upload.id.removeprefix('upload_')}"
    assert first.status(now=moment().now) is UploadStatus.COMPLETED
    found = await graph.read(documents.get_many, [DocumentId(str(first.document))], by=ada)
    (seen,) = found.values()
    assert (seen.document.name, seen.document.file_hash) == ("elbe.txt", BLOB.sha256)
    assert seen.document.declared_type == "text/plain"
    of_book = await graph.read(documents.jobs_of_notebook, notebook=book.id, live=True, by=ada)
    assert [job.id for job in of_book] == [first.job]
    assert first.job in await graph.read(jobs.get_many, [JobId(str(first.job))])


async def test_finishing_at_once_makes_one_document(plain: Home) -> None:
    ada = await plain.person("ada")
    book = await make.notebook(plain.graph, ada)
    upload = await begin(plain.graph, ada, draft(book))

    done = await asyncio.gather(
        *(plain.graph.write(uploads.complete, BLOB, id=upload.id, by=ada, at=moment()) for _ in range(6))
    )

    assert len(set(done)) == 1
    found = await plain.graph.read(documents.jobs_of_notebook, notebook=book.id, live=True, by=ada)
    assert [job.id for job in found] == [done[0].job]


async def test_a_part_becomes_nothing_of_its_own(graph: Graph, ada: Viewer) -> None:
    part = await begin(graph, ada, draft(None, filename=None, kind=UploadKind.PARTIAL))

    assert await graph.write(uploads.complete, BLOB, id=part.id, by=ada, at=moment()) == part


async def test_what_was_put_together_has_no_parts_any_more(graph: Graph, ada: Viewer, book: Notebook) -> None:
    parts = [await begin(graph, ada, draft(None, filename=None, kind=UploadKind.PARTIAL)) for _ in range(2)]
    ids = tuple(part.id for part in parts)
    final = await begin(graph, ada, draft(book, kind=UploadKind.FINAL, parts=ids))
    assert await graph.read(uploads.parts_of, ids=ids[::-1], by=ada, at=moment()) == parts[::-1]
    with pytest.raises(UploadMissing):
        await graph.read(uploads.parts_of, ids=[final.id], by=ada, at=moment())

    await graph.write(uploads.complete, BLOB, id=final.id, by=ada, at=moment())

    with pytest.raises(UploadMissing):
        await graph.read(uploads.parts_of, ids=ids, by=ada, at=moment())


async def test_a_length_is_told_once(graph: Graph, ada: Viewer, book: Notebook) -> None:
    deferred = await begin(graph, ada, draft(book, length=None))

    with pytest.raises(LengthWrong):
        await go_on(graph, ada, deferred.id, length=4, kept=5)
    with pytest.raises(FileTooLarge):
        await go_on(graph, ada, deferred.id, length=1001, kept=5)
    assert (await go_on(graph, ada, deferred.id, length=5, kept=5)).length == 5
    assert (await go_on(graph, ada, deferred.id, length=5, kept=5)).length == 5
    with pytest.raises(LengthWrong):
        await go_on(graph, ada, deferred.id, length=6, kept=5)
    assert (await get(graph, ada, deferred.id)).length == 5


async def test_what_was_aborted_or_has_expired_takes_nothing(
    graph: Graph, ada: Viewer, book: Notebook, upload: Upload
) -> None:
    other = await begin(graph, ada, draft(book))
    await graph.write(uploads.abort, id=other.id, by=ada, at=moment())

    for id, at in ((other.id, moment()), (upload.id, later(upload))):
        with pytest.raises(UploadGone):
            await graph.read(uploads.opened, id=id, by=ada, at=at)
        with pytest.raises(UploadGone):
            await go_on(graph, ada, id, length=None, kept=0, at=at)
        with pytest.raises(UploadGone):
            await graph.write(uploads.complete, BLOB, id=id, by=ada, at=at)
        with pytest.raises(UploadGone):
            await graph.write(uploads.abort, id=id, by=ada, at=at)
    assert (await get(graph, ada, other.id)).status(now=moment().now) is UploadStatus.ABORTED
    assert upload.status(now=later(upload).now) is UploadStatus.EXPIRED


async def test_a_document_is_not_aborted(plain: Home) -> None:
    ada = await plain.person("ada")
    upload = await begin(plain.graph, ada, draft(await make.notebook(plain.graph, ada)))
    await plain.graph.write(uploads.complete, BLOB, id=upload.id, by=ada, at=moment())

    with pytest.raises(UploadComplete):
        await plain.graph.write(uploads.abort, id=upload.id, by=ada, at=moment())


async def test_what_expired_is_found_once_and_what_goes_on_is_not(
    anybody: Neo4jGraph, graph: Graph, ada: Viewer, upload: Upload
) -> None:
    async def found(at: Moment) -> list[Upload]:
        expired = await anybody.read(uploads.expired, before=at.now, limit=1000)
        return [it for it in expired if it.id == upload.id]

    soon = later(upload, timedelta(seconds=1))
    assert await found(later(upload)) == []
    assert await found(soon) == [upload]

    half = Moment(now=upload.created_at + timedelta(minutes=40), seed=b"x")
    prolonged = await go_on(graph, ada, upload.id, length=None, kept=0, at=half)

    assert prolonged.expires_at == half.now + LIMITS.lasts
    assert await found(soon) == []
    await graph.write(uploads.forget, id=upload.id, before=soon.now)
    assert await get(graph, ada, upload.id) == prolonged
    await graph.write(uploads.forget, id=upload.id, before=later(prolonged, timedelta(seconds=1)).now)
    with pytest.raises(UploadMissing):
        await get(graph, ada, upload.id)


async def test_one_person_has_so_many_unfinished_uploads_and_no_more(
    plain: Home, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("aether.domain.uploads.keeping.OPEN_MOST", 3)
    graph, ada, ben = plain.graph, await plain.person("ada"), await plain.person("ben")
    book = await make.notebook(graph, ada)
    first, second, _ = [await begin(graph, ada, draft(book)) for _ in range(3)]

    with pytest.raises(TooManyUploads):
        await begin(graph, ada, draft(book))
    await begin(graph, ben, draft(None, filename=None, kind=UploadKind.PARTIAL))
    await graph.write(uploads.abort, id=first.id, by=ada, at=moment())
    await begin(graph, ada, draft(book))
    await graph.write(uploads.complete, BLOB, id=second.id, by=ada, at=moment())
    await begin(graph, ada, draft(book))
    outcomes = await asyncio.gather(
        *(begin(graph, ben, draft(None, filename=None, kind=UploadKind.PARTIAL)) for _ in range(5)),
        return_exceptions=True,
    )
    assert sum(isinstance(it, Upload) for it in outcomes) == 2


async def test_an_upload_is_refused_while_too_many_jobs_wait_unless_its_bytes_are_all_there(
    graph: Graph, ada: Viewer, book: Notebook
) -> None:
    full = replace(LIMITS, waiting=1)
    part = await begin(graph, ada, draft(None, kind=UploadKind.PARTIAL, filename=None), limits=full)
    await graph.write(jobs.reindex, notebook=book.id, by=ada.user, tenant=ada.tenant, at=moment())

    with pytest.raises(QueueFull):
        await begin(graph, ada, draft(book), limits=full)
    whole = draft(book, kind=UploadKind.FINAL, parts=(part.id,))

    assert (await begin(graph, ada, whole, limits=full)).kind is UploadKind.FINAL


async def finish_later(
    graph: Graph, by: Viewer, upload: Upload, *, sha256: str | None = None, at: Moment | None = None
) -> Upload:
    return await graph.write(
        uploads.finish_later, id=upload.id, sha256=sha256, limits=LIMITS, by=by, at=at or moment()
    )


async def due(anybody: Neo4jGraph, upload: Upload, *, at: Moment) -> list[Upload]:
    """The upload, if a worker is to look at it by then."""
    found = await anybody.read(uploads.to_finish, now=at.now, limit=1000)
    return [it for it in found if it.id == upload.id]


async def test_an_upload_is_for_a_worker_to_finish_as_was_said_first(
    anybody: Neo4jGraph, graph: Graph, ada: Viewer, upload: Upload
) -> None:
    at = moment()
    assert await due(anybody, upload, at=at) == []

    noted = await finish_later(graph, ada, upload, sha256="ab" * 32, at=at)

    assert noted == replace(upload, finish_at=at.now, sha256="ab" * 32, expires_at=at.now + LIMITS.lasts)
    assert noted.status(now=at.now) is UploadStatus.FINISHING
    assert noted.status(now=later(noted).now) is UploadStatus.EXPIRED
    assert await finish_later(graph, ada, upload, sha256="cd" * 32) == noted
    assert await due(anybody, upload, at=at) == [noted]


async def test_what_was_taken_up_is_looked_at_again_a_while_later(
    anybody: Neo4jGraph, graph: Graph, ada: Viewer, upload: Upload
) -> None:
    at = moment()
    await finish_later(graph, ada, upload, at=at)

    taken = await graph.write(uploads.take_up, id=upload.id, at=at)

    assert taken.finish_at is not None
    assert taken.finish_at > at.now
    assert await due(anybody, upload, at=at) == []
    assert await due(anybody, upload, at=Moment(now=taken.finish_at, seed=b"x")) == [taken]


async def test_what_a_worker_finished_is_one_document_and_nobody_looks_at_it_again(
    anybody: Neo4jGraph, graph: Graph, ada: Viewer, book: Notebook, upload: Upload
) -> None:
    await finish_later(graph, ada, upload)

    first = await graph.write(uploads.finished, BLOB, id=upload.id, at=moment())
    second = await graph.write(uploads.finished, BLOB, id=upload.id, at=moment())

    assert first == second == await finish_later(graph, ada, upload)
    assert first.status(now=moment().now) is UploadStatus.COMPLETED
    assert await due(anybody, upload, at=later(first)) == []
    of_book = await graph.read(documents.jobs_of_notebook, notebook=book.id, live=True, by=ada)
    assert [(job.id, job.created_by) for job in of_book] == [(first.job, ada.user)]
    with pytest.raises(UploadGone):
        await graph.write(uploads.take_up, id=upload.id, at=moment())


async def test_what_is_being_finished_can_be_given_more_time_and_nothing_else(
    graph: Graph, ada: Viewer, book: Notebook, upload: Upload
) -> None:
    noted = await finish_later(graph, ada, await begin(graph, ada, draft(book)))
    soon, late = Moment(now=noted.expires_at - timedelta(seconds=1), seed=b"soon"), later(noted)

    assert await graph.write(uploads.prolong, noted, limits=LIMITS, at=late) == noted
    prolonged = await graph.write(uploads.prolong, noted, limits=LIMITS, at=soon)
    assert prolonged.expires_at == soon.now + LIMITS.lasts
    assert prolonged == await get(graph, ada, noted.id)
    assert await graph.write(uploads.prolong, upload, limits=LIMITS, at=soon) == upload
    await graph.write(uploads.abort, id=noted.id, by=ada, at=soon)
    assert await graph.write(uploads.prolong, noted, limits=LIMITS, at=soon) == noted


async def test_what_no_worker_was_asked_for_or_was_given_up_is_not_finished(
    anybody: Neo4jGraph, graph: Graph, ada: Viewer, book: Notebook, upload: Upload
) -> None:
    aborted, at = await begin(graph, ada, draft(book)), moment()
    await finish_later(graph, ada, aborted)
    assert not await graph.read(uploads.given_up, id=aborted.id)
    await graph.write(uploads.abort, id=aborted.id, by=ada, at=at)

    assert await graph.read(uploads.given_up, id=aborted.id)
    assert await due(anybody, aborted, at=later(aborted)) == []
    for id in (upload.id, aborted.id, UploadId("upload_x")):
        with pytest.raises(UploadGone):
            await graph.write(uploads.take_up, id=id, at=at)
        with pytest.raises(UploadGone):
            await graph.write(uploads.finished, BLOB, id=id, at=at)
    with pytest.raises(UploadGone):
        await finish_later(graph, ada, aborted)


async def test_what_cannot_be_finished_fails_once_and_is_told_for_a_while(
    anybody: Neo4jGraph, graph: Graph, ada: Viewer, upload: Upload
) -> None:
    noted = await finish_later(graph, ada, upload)
    at = later(noted)

    for code in ("FIRST", "SECOND"):
        failure = Failure(code=code, message="It rained.")
        await graph.write(uploads.fail, noted, failure, limits=LIMITS, at=at)

    failed = await get(graph, ada, upload.id)
    assert failed.failure == Failure(code="FIRST", message="It rained.")
    assert failed.expires_at == at.now + LIMITS.lasts
    assert failed.status(now=at.now) is UploadStatus.FAILED
    assert await due(anybody, upload, at=later(failed)) == []
    with pytest.raises(UploadGone):
        await graph.read(uploads.opened, id=upload.id, by=ada, at=at)


async def test_what_is_a_document_does_not_fail(graph: Graph, ada: Viewer, upload: Upload) -> None:
    noted = await finish_later(graph, ada, upload)
    completed = await graph.write(uploads.finished, BLOB, id=upload.id, at=moment())

    failure = Failure(code="LATE", message="It rained.")
    await graph.write(uploads.fail, noted, failure, limits=LIMITS, at=moment())

    assert await get(graph, ada, upload.id) == completed


async def test_a_blob_that_was_kept_for_a_failed_upload_is_noted_as_left_over(
    anybody: Neo4jGraph, graph: Graph, ada: Viewer, upload: Upload
) -> None:
    noted, at = await finish_later(graph, ada, upload), moment()
    blob = replace(BLOB, key=BlobKey(at.seed.hex().ljust(64, "0")[:64]))

    failure = Failure(code="LATE", message="It rained.")
    await graph.write(uploads.fail, noted, failure, blob=blob, limits=LIMITS, at=at)

    found = await anybody.read(trash.leftovers, now=at.now, limit=1000)
    assert [it.tenant for it in found if it.key == blob.key] == [ada.tenant]


async def test_an_upload_is_finished_by_right_of_whoever_brings_it_and_no_other(
    graph: Graph, ada: Viewer, ben: Viewer, book: Notebook
) -> None:
    await make.shared(graph, ada, book, ben, permission=Permission.WRITE)
    upload = await begin(graph, ben, draft(book))
    with pytest.raises(UploadMissing):
        await finish_later(graph, ada, upload)
    await finish_later(graph, ben, upload)
    await graph.write(uploads.take_up, id=upload.id, at=moment())
    await graph.write(notebooks.archive, id=book.id, archived=True, version=None, by=ada, at=moment())

    with pytest.raises(NotebookArchived):
        await graph.write(uploads.take_up, id=upload.id, at=moment())
    with pytest.raises(NotebookArchived):
        await graph.write(uploads.finished, BLOB, id=upload.id, at=moment())
    assert (await get(graph, ben, upload.id)).document is None


async def test_a_failed_upload_is_not_an_unfinished_one(plain: Home, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("aether.domain.uploads.keeping.OPEN_MOST", 1)
    graph, ada = plain.graph, await plain.person("ada")
    book = await make.notebook(graph, ada)
    upload = await finish_later(graph, ada, await begin(graph, ada, draft(book)))
    with pytest.raises(TooManyUploads):
        await begin(graph, ada, draft(book))

    failure = Failure(code="LATE", message="It rained.")
    await graph.write(uploads.fail, upload, failure, limits=LIMITS, at=moment())

    await begin(graph, ada, draft(book))
