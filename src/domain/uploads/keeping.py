"""Beginning uploads, looking at them, and what becomes of them."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime

from aether.domain import documents, jobs
from aether.domain.blobs import Blob
from aether.domain.documents import Arrival
from aether.domain.events import Event, EventId
from aether.domain.moments import Moment
from aether.domain.uploads.entity import (
    Draft,
    Limits,
    Upload,
    UploadId,
    UploadKind,
    document_of,
    told,
    topic_of,
)
from aether.domain.uploads.ports import Work
from aether.domain.uploads.refusals import OPEN_MOST, TooManyUploads, UploadMissing
from aether.domain.viewers import Viewer


async def begin(work: Work, draft: Draft, *, id: UploadId, limits: Limits, by: Viewer, at: Moment) -> Upload:
    """Have somebody bring a file; beginning what is begun already gives that.

    Raises:
        FileTooLarge: It is announced larger than files may be.
        TooManyUploads: They have begun too many that are unfinished.
        QueueFull: Too many jobs of their tenant are open. What is all here already is not refused.
    """
    by.creates()
    draft = await _aimed(work, draft, by=by)
    upload = Upload.new(draft, id=id, tenant=by.tenant, owner=by.user, limits=limits, now=at.now)
    await work.users.lock([by.user])
    begun = (await work.uploads.get_many([id])).get(id)
    if begun is not None:
        return own(begun, id, by=by)
    if draft.notebook is not None:
        await documents.may_add(work, notebook=draft.notebook, by=by)
    if draft.kind is not UploadKind.FINAL:
        await jobs.admit(work, most=limits.waiting)
    if await work.uploads.unfinished(by.user, now=at.now) >= OPEN_MOST:
        raise TooManyUploads
    await work.uploads.add(upload)
    return upload


async def get(work: Work, *, id: UploadId, by: Viewer) -> Upload:
    """One's own upload, aborted and expired ones too.

    Raises:
        UploadMissing: It does not exist, or is somebody else's.
    """
    return own((await work.uploads.get_many([id])).get(id), id, by=by)


async def opened(work: Work, *, id: UploadId, by: Viewer, at: Moment) -> Upload:
    """One's own upload, if bytes may come; asked before the first of them is taken in.

    Raises:
        UploadGone: It was aborted, or has expired.
    """
    upload = (await get(work, id=id, by=by)).live(now=at.now)
    if upload.document is None:
        by.creates()
        await may_bring(work, upload, by=by)
    return upload


async def parts_of(work: Work, *, ids: Sequence[UploadId], by: Viewer, at: Moment) -> Sequence[Upload]:
    """One's own parts, in order.

    Raises:
        UploadMissing: One of them does not exist, is somebody else's, or is no part.
        UploadGone: One of them was aborted, or has expired.
    """
    found = await work.uploads.get_many(ids)
    parts = [own(found.get(id), id, by=by).live(now=at.now) for id in ids]
    for part in parts:
        if part.kind is not UploadKind.PARTIAL:
            raise UploadMissing(part.id)
    return parts


async def go_on(
    work: Work, *, id: UploadId, length: int | None, kept: int, limits: Limits, by: Viewer, at: Moment
) -> Upload:
    """Note that an upload goes on, and how long it is, if that is told now.

    Raises:
        LengthWrong: It cannot have that length.
    """
    upload = own(await work.uploads.lock(id), id, by=by).live(now=at.now)
    measured = upload.measured(length, kept=kept, limits=limits).prolonged(limits=limits, now=at.now)
    await work.uploads.put(measured)
    return measured


async def complete(work: Work, blob: Blob, *, id: UploadId, by: Viewer, at: Moment) -> Upload:
    """Make a document, or a version of one, of an upload whose bytes are all there; twice makes one."""
    upload = own(await work.uploads.lock(id), id, by=by).live(now=at.now)
    if upload.document is not None or upload.notebook is None or upload.filename is None:
        return upload
    arrival = Arrival(filename=upload.filename, declared_type=upload.declared_type, blob=blob)
    if upload.target is not None:
        added = await documents.add_version(work, arrival, id=upload.target, by=by, at=at)
        completed = upload.completed(upload.target, None if added.job is None else added.job.id)
    else:
        document, job = await documents.add(
            work,
            arrival,
            id=document_of(id),
            notebook=upload.notebook,
            priority=upload.priority,
            by=by,
            at=at,
        )
        completed = upload.completed(document.id, job.id)
    await work.uploads.put(completed)
    await work.events.add(event_of(completed, kept=blob.size, at=at))
    await work.uploads.remove(upload.parts)
    return completed


async def abort(work: Work, *, id: UploadId, by: Viewer, at: Moment) -> Upload:
    """Give an upload up.

    Raises:
        UploadComplete: It is a document already.
        UploadGone: It was aborted before, or has expired.
    """
    by.creates()
    upload = own(await work.uploads.lock(id), id, by=by)
    aborted = upload.live(now=at.now).aborted(now=at.now)
    await work.uploads.put(aborted)
    await work.events.add(event_of(aborted, kept=0, at=at))
    return aborted


async def expired(work: Work, *, before: datetime, limit: int) -> Sequence[Upload]:
    """Uploads of all tenants that expired before then."""
    return await work.uploads.expired(before=before, limit=limit)


async def forget(work: Work, *, id: UploadId, before: datetime) -> None:
    """Forget an upload, if it expired before then."""
    upload = await work.uploads.lock(id)
    if upload is not None and upload.expires_at < before:
        await work.uploads.remove([id])


def event_of(upload: Upload, *, kept: int, at: Moment) -> Event:
    """What is told of an upload: last, if it is over."""
    return Event(
        id=EventId(at.id("event", topic_of(upload.id))),
        tenant=upload.tenant,
        topic=topic_of(upload.id),
        kind="upload_over" if upload.over else "upload_finishing",
        payload=told(upload, kept=kept, now=at.now),
        at=at.now,
        final=upload.over,
    )


async def may_bring(work: Work, upload: Upload, *, by: Viewer) -> None:
    """Refuse unless *by* may make of an upload what it is for; its document may have been moved meanwhile."""
    if upload.target is not None:
        await documents.may_revise(work, id=upload.target, by=by)
    elif upload.notebook is not None:
        await documents.may_add(work, notebook=upload.notebook, by=by)


async def _aimed(work: Work, draft: Draft, *, by: Viewer) -> Draft:
    """*draft* with the notebook in which the document lies of which it is a version."""
    if draft.target is None:
        return draft
    document = await documents.may_revise(work, id=draft.target, by=by)
    return replace(draft, notebook=document.notebook)


def own(upload: Upload | None, id: UploadId, *, by: Viewer) -> Upload:
    """*upload*, if *by* brings it.

    Raises:
        UploadMissing: There is none, or it is somebody else's.
    """
    if upload is None or upload.owner != by.user:
        raise UploadMissing(id)
    return upload
