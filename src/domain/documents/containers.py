"""Containers: documents that hold files, such as archives and mail, each of which becomes a document too.

They lie in the notebook of what holds them, so rights are the same. Their ids follow from what holds them,
their path in it and their bytes: whoever unpacks twice makes no second one, and what is at the same path in
a later version with the same bytes stays the same document.

What a version brings appears in the commit with which that version is shown, not before. What came with the
version that was shown until then, and is not in the new one, leaves in that commit, unless somebody gave it
another name or another version: it is absent, found by nobody and in nobody's trash. It comes back, as it
was, with a version that holds it, such as the old one restored. What came in something goes and comes with
that. What is absent when its container is erased is erased too.

What somebody deleted does not come back by itself, not even after it was erased, whichever version is
processed or brought: of what was erased its container keeps the id. With another path or other bytes it is
another file.
"""

import hashlib
from collections.abc import Collection, Sequence
from dataclasses import dataclass

from aether.domain import jobs
from aether.domain.blobs import Blob
from aether.domain.documents.entity import Arrival, Document, DocumentId, Inside, SeenDocument
from aether.domain.documents.ports import Work
from aether.domain.jobs import AttemptOver, Job, JobId, JobKind, JobPriority
from aether.domain.moments import Moment
from aether.domain.pages import Page, Slice
from aether.domain.texts import FileTooComplex
from aether.domain.users import UserId
from aether.domain.viewers import Viewer

DEPTH_MOST = 3
"""How many documents may hold one, one within the other."""
HELD_MOST = 5_000
"""How many documents may come in one, at any depth."""
BYTES_MOST = 5 * 10**9
"""How many bytes they may have together."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Unpacked:
    """A file that was within another one, and is kept.

    Attributes:
        path: The folders in which it lay, and its name.
        name: Its name alone.
    """

    path: str
    name: str
    blob: Blob


async def unpack(
    work: Work,
    files: Sequence[Unpacked],
    *,
    priority: JobPriority = JobPriority.NORMAL,
    job: JobId,
    attempt: int,
    at: Moment,
) -> Sequence[Job]:
    """Make documents of *files*, which came in the document of *job*, and have them processed.

    Where they came in a version that is not shown yet, they are absent until it is.

    Raises:
        AttemptOver: This attempt no longer counts.
        FileTooComplex: There are too many of them under the outermost document, or they are too large.
    """
    fenced = await jobs.fenced(work, id=job, attempt=attempt)
    id = DocumentId(fenced.subject)
    if (container := (await work.documents.lock([id])).get(id)) is None:
        raise AttemptOver(job, attempt)
    named = {_id_of(container, file): file for file in files}
    known = await work.containers.known(container.id, list(named))
    await work.containers.came(container.id, known, number=container.latest)
    fresh = [_document(container, id, file, at=at) for id, file in named.items() if id not in known]
    if fresh or container.coming is not None:
        await _demand_room(work, container, fresh)
    if fresh:
        await work.documents.add(fresh)
        await work.containers.hold(fresh, number=container.latest)
    if container.coming is not None:
        await work.absences.put_away([document.id for document in fresh])
        return []
    if known:
        await exchange(work, container, number=container.number, by=container.uploaded_by, at=at)
    return [await jobs.ask(work, _job(document, priority=priority, at=at), at=at) for document in fresh]


async def exchange(work: Work, container: Document, *, number: int, by: UserId, at: Moment) -> None:
    """Have what came in version *number* of *container* appear, and what came in the one it shows leave.

    What appears is processed where it was not yet, and what leaves is found by nobody any more, soon:
    whoever works on that stops.
    """
    appearing = await work.absences.appearing(container.id, number=number)
    await work.absences.bring(appearing)
    leaving: Collection[DocumentId] = []
    if number != container.number:
        await work.absences.lock(container.id)
        leaving = await work.absences.leaving(container.id, since=container.number, number=number)
        await work.absences.put_away(leaving)
        await jobs.cease(work, *leaving, at=at)
    if appearing or leaving:
        await jobs.reindex(work, notebook=container.notebook, by=by, tenant=container.tenant, at=at)


async def children(work: Work, *, container: DocumentId, part: Slice, by: Viewer) -> Page[SeenDocument]:
    """A page of the documents that came in *container*, by name, as far as *by* may read them."""
    return await work.containers.children(container, part=part, by=by)


async def _demand_room(work: Work, container: Document, fresh: Sequence[Document]) -> None:
    """Refuse what would be too much beside all that came in the outermost document.

    A version to come takes the place of the one that is shown, so what came with that is not counted.
    """
    outermost = container.inside.outermost if container.inside else container.id
    count, size = await work.room.held(outermost)
    if container.coming is not None:
        before = await work.room.held_below(container.id)
        after = await work.room.held_by_version(container.id, number=container.coming)
        count, size = count - before[0] + after[0], size - before[1] + after[1]
    if count + len(fresh) > HELD_MOST or size + sum(it.file_size for it in fresh) > BYTES_MOST:
        raise FileTooComplex(f"More than {HELD_MOST:,} files, or {BYTES_MOST:,} bytes, came in one document.")


def _id_of(container: Document, file: Unpacked) -> DocumentId:
    told = f"{container.id}\x00{file.path}\x00{file.blob.sha256}".encode()
    return DocumentId(f"document_{hashlib.blake2b(told, digest_size=13).hexdigest()}")


def _document(container: Document, id: DocumentId, file: Unpacked, *, at: Moment) -> Document:
    above = container.inside
    inside = Inside(
        container=container.id,
        outermost=above.outermost if above else container.id,
        path=file.path,
        depth=above.depth + 1 if above else 1,
    )
    return Document.new(
        Arrival(filename=file.name, declared_type=None, blob=file.blob),
        id=id,
        tenant=container.tenant,
        notebook=container.notebook,
        by=container.uploaded_by,
        now=at.now,
        inside=inside,
    )


def _job(document: Document, *, priority: JobPriority, at: Moment) -> Job:
    return Job.new(
        JobKind.PROCESSING,
        subject=document.id,
        notebook=document.notebook,
        tenant=document.tenant,
        priority=priority,
        by=document.uploaded_by,
        at=at,
    )
