"""Finishing uploads after the answer: noted when their bytes are all at the store, and ended by a worker.

The worker does in the name of whoever brings the file what they may still do then. Whatever keeps
it from that for good becomes the upload's failure.
"""

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime, timedelta

from aether.domain import trash
from aether.domain.access import Permission
from aether.domain.blobs import Blob
from aether.domain.jobs import Failure
from aether.domain.moments import Moment
from aether.domain.uploads.entity import Limits, Upload, UploadId, UploadStatus
from aether.domain.uploads.keeping import complete, event_of, may_bring, own
from aether.domain.uploads.ports import Work
from aether.domain.uploads.refusals import UploadGone
from aether.domain.users import UserMissing
from aether.domain.viewers import Viewer

AGAIN = timedelta(seconds=10)
"""How long after somebody took an upload up others look at it again; what fails for now lets others pass."""


async def finish_later(
    work: Work, *, id: UploadId, sha256: str | None, limits: Limits, by: Viewer, at: Moment
) -> Upload:
    """Have a worker finish an upload whose bytes are all at the store; what was asked for first counts.

    Raises:
        UploadGone: It was aborted, could not be finished, or has expired.
    """
    upload = own(await work.uploads.lock(id), id, by=by).live(now=at.now)
    if upload.document is not None or upload.finish_at is not None:
        return upload
    noted = upload.finishing(sha256=sha256, limits=limits, now=at.now)
    await work.uploads.put(noted)
    await work.events.add(event_of(noted, kept=noted.length or 0, at=at))
    return noted


async def to_finish(work: Work, *, now: datetime, limit: int) -> Sequence[Upload]:
    """Uploads of all tenants that a worker is to look at by now."""
    return await work.uploads.unended(now=now, limit=limit)


async def take_up(work: Work, *, id: UploadId, at: Moment) -> Upload:
    """An upload that is to be finished, if whoever brings it may have that still.

    Raises:
        UploadGone: It is over, or has expired.
        Refused: They may not.
    """
    upload = await _wanted(work, id, at=at)
    if upload.notebook is not None:
        await may_bring(work, upload, by=await _bringing(work, upload))
    taken = replace(upload, finish_at=at.now + AGAIN)
    await work.uploads.put(taken)
    return taken


async def prolong(work: Work, upload: Upload, *, limits: Limits, at: Moment) -> Upload:
    """The upload, given all of its time anew, unless it is over or has expired."""
    now = await work.uploads.lock(upload.id)
    if now is None or now.status(now=at.now) is not UploadStatus.FINISHING:
        return upload
    prolonged = now.prolonged(limits=limits, now=at.now)
    await work.uploads.put(prolonged)
    return prolonged


async def finished(work: Work, blob: Blob, *, id: UploadId, at: Moment) -> Upload:
    """Make a document of an upload that is to be finished; twice makes one.

    Raises:
        UploadGone: It is over in another way, or has expired.
        Refused: Whoever brings it may not have that any more.
    """
    upload = await work.uploads.lock(id)
    if upload is not None and upload.document is not None:
        return upload
    upload = await _wanted(work, id, at=at)
    return await complete(work, blob, id=id, by=await _bringing(work, upload), at=at)


async def fail(
    work: Work, upload: Upload, failure: Failure, *, blob: Blob | None = None, limits: Limits, at: Moment
) -> None:
    """End an upload that cannot be finished, unless it is over; *blob* goes if nothing points to it."""
    if blob is not None:
        await trash.leave(work, blob.key, of=upload.id, tenant=upload.tenant, at=at)
    now = await work.uploads.lock(upload.id)
    if now is None or now.over:
        return
    failed = now.failed(failure, limits=limits, now=at.now)
    await work.uploads.put(failed)
    await work.events.add(event_of(failed, kept=0, at=at))


async def given_up(work: Work, *, id: UploadId) -> bool:
    """Whether whoever brought an upload gave it up, or it is forgotten."""
    upload = (await work.uploads.get_many([id])).get(id)
    return upload is None or upload.aborted_at is not None


async def _wanted(work: Work, id: UploadId, *, at: Moment) -> Upload:
    """The upload, locked, which is to be finished."""
    upload = await work.uploads.lock(id)
    if upload is None or upload.finish_at is None:
        raise UploadGone(id)
    return upload.live(now=at.now)


async def _bringing(work: Work, upload: Upload) -> Viewer:
    """Whoever brings the upload, as they may be let in now, to add a document and no more.

    Raises:
        UserShutOut: They may not be.
        RoleMissing: They may only read.
    """
    owner = (await work.users.get_many([upload.owner])).get(upload.owner)
    if owner is None:
        raise UserMissing(upload.owner)
    viewer = Viewer.of(owner, ceiling=Permission.WRITE)
    viewer.creates()
    return viewer
