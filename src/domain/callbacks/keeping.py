"""Registering callbacks, telling them, and what became of that."""

from collections.abc import Collection, Sequence
from datetime import datetime

from aether.domain import documents, uploads
from aether.domain.callbacks.addresses import Rules
from aether.domain.callbacks.entity import (
    CALLBACKS_MOST,
    GONE,
    KEPT,
    SUBJECT_MOST,
    Callback,
    CallbackId,
    CallbackMissing,
    Delivery,
    DeliveryId,
    DeliveryMissing,
    DeliveryStatus,
    Outcome,
    TooManyCallbacks,
)
from aether.domain.callbacks.ports import Due, Work
from aether.domain.documents import DocumentId, DocumentMissing
from aether.domain.events import Event
from aether.domain.jobs import Job, JobId, JobKind
from aether.domain.moments import Moment
from aether.domain.notebooks import NotebookId, NotebookMissing
from aether.domain.uploads import UploadId
from aether.domain.users import UserStatus
from aether.domain.viewers import Viewer


async def create(
    work: Work,
    *,
    id: CallbackId,
    subject: str,
    url: str,
    secret: str,
    once: bool,
    rules: Rules,
    by: Viewer,
    at: Moment,
) -> Callback:
    """Have *url* told of a document, of what an upload becomes, or of a notebook and all below it.

    Raises:
        Missing: The viewer may not read *subject*.
        UrlInvalid: Nothing may be told there.
        TooManyCallbacks: They have too many already.
    """
    by.creates()
    callback = Callback.new(
        id=id,
        tenant=by.tenant,
        owner=by.user,
        subject=await _readable(work, subject, by=by),
        url=url,
        secret=secret,
        once=once,
        rules=rules,
        now=at.now,
    )
    await work.users.lock([by.user])
    live = [it for it in await work.callbacks.of_user(by.user) if it.ended_at is None and not it.once]
    if not once and len(live) >= CALLBACKS_MOST:
        raise TooManyCallbacks
    there = await work.callbacks.of_subjects([callback.subject])
    if sum(it.owner == by.user for it in there) >= SUBJECT_MOST:
        raise TooManyCallbacks
    await work.callbacks.add(callback)
    return callback


async def remove(work: Work, *, id: CallbackId, by: Viewer, at: Moment) -> Callback:
    """End a callback now; what was not delivered yet never is."""
    by.decides()
    callback = await work.callbacks.lock(id)
    if callback is None or callback.owner != by.user:
        raise CallbackMissing(id)
    ended = callback.ended("deleted", now=at.now)
    await work.callbacks.put(ended)
    return ended


async def of_viewer(work: Work, *, by: Viewer) -> Sequence[Callback]:
    """The viewer's callbacks, the latest first, ended ones too."""
    return await work.callbacks.of_user(by.user)


async def deliveries_of(work: Work, *, callback: CallbackId, limit: int, by: Viewer) -> Sequence[Delivery]:
    """The latest deliveries of one's own callback, the latest first."""
    if callback not in {it.id for it in await work.callbacks.of_user(by.user)}:
        return []
    return await work.deliveries.of_callback(callback, limit=limit)


async def resend(work: Work, *, id: DeliveryId, by: Viewer, at: Moment) -> Delivery:
    """Have a delivery that is over tried as if it were new.

    Raises:
        DeliveryMissing: It is none of the viewer's, or its callback has been deleted.
        DeliveryPending: It is not over.
    """
    by.decides()
    delivery = await work.deliveries.lock(id)
    if delivery is None:
        raise DeliveryMissing(id)
    callback = await work.callbacks.lock(delivery.callback)
    if callback is None or callback.owner != by.user or _silenced(callback):
        raise DeliveryMissing(id)
    again = delivery.again(now=at.now)
    await work.deliveries.put(again)
    return again


async def tell(work: Work, event: Event, *, at: Moment) -> Sequence[Delivery]:
    """Write down whom to tell that a job is over; doing it twice writes it once.

    Whoever may no longer read the notebook, or enter at all, is told nothing.
    """
    id = JobId(event.payload["job"])
    job = (await work.jobs.get_many([id])).get(id)
    if job is None or job.kind is not JobKind.PROCESSING or not job.status.over:
        return []
    path = await documents.path_of(work, notebook=NotebookId(job.notebook))
    found = await work.callbacks.of_subjects([job.subject, *path])
    told = [it for it in found if await _may_know(work, it, job)]
    if not told:
        return []
    seen = (await work.documents.lock([DocumentId(job.subject)])).get(DocumentId(job.subject))
    deliveries = [Delivery.new(it, job, seen, event=event.id, at=at) for it in told]
    known = await work.deliveries.get_many([it.id for it in deliveries])
    fresh = [it for it in deliveries if it.id not in known]
    for delivery in fresh:
        await work.deliveries.add(delivery)
    for callback in told:
        if callback.once:
            await work.callbacks.put(callback.ended("told", now=at.now))
    return fresh


async def due(work: Work, *, now: datetime, besides: Collection[str] = (), limit: int) -> Sequence[Due]:
    """Deliveries of all tenants to be tried, the longest due first, but none to the hosts *besides*."""
    return await work.deliveries.due(now=now, besides=besides, limit=limit)


async def claim(work: Work, *, id: DeliveryId, at: Moment) -> tuple[Delivery, Callback] | None:
    """The delivery, for whoever tries it now; none if somebody else does, or nobody wants it any more."""
    delivery = await work.deliveries.lock(id)
    if delivery is None or delivery.due_at is None or delivery.due_at > at.now:
        return None
    callback = await work.callbacks.lock(delivery.callback)
    if callback is None or _silenced(callback):
        await work.deliveries.put(delivery.given_up(now=at.now))
        return None
    held = delivery.held(now=at.now)
    await work.deliveries.put(held)
    return held, callback


async def settle(
    work: Work, outcome: Outcome, *, id: DeliveryId, attempt: int, at: Moment
) -> Delivery | None:
    """Note what became of a try; none if it was taken for failed meanwhile, or the delivery is gone.

    A receiver that wants no more ends the callback.
    """
    delivery = await work.deliveries.lock(id)
    if delivery is None or delivery.attempts != attempt or delivery.status is not DeliveryStatus.PENDING:
        return None
    tried = delivery.tried(outcome, now=at.now)
    await work.deliveries.put(tried)
    if outcome.status == GONE and (callback := await work.callbacks.lock(delivery.callback)) is not None:
        await work.callbacks.put(callback.ended("gone", now=at.now))
    return tried


async def forget(work: Work, *, now: datetime, limit: int) -> int:
    """Forget deliveries of all tenants that have long been over; gives back how many."""
    return await work.deliveries.forget(before=now - KEPT, limit=limit)


def _silenced(callback: Callback) -> bool:
    return callback.ended_why in {"deleted", "gone"}


async def _may_know(work: Work, callback: Callback, job: Job) -> bool:
    owner = (await work.users.get_many([callback.owner])).get(callback.owner)
    if owner is None or owner.status is not UserStatus.ACTIVE:
        return False
    return job.notebook in await work.access.permissions([job.notebook], of=callback.owner)


async def _readable(work: Work, subject: str, *, by: Viewer) -> str:
    """The id of which is told, if *by* may read it."""
    kind = subject.partition("_")[0]
    if kind == "upload":
        upload = await uploads.get(work, id=UploadId(subject), by=by)
        return upload.target or uploads.document_of(upload.id)
    if kind == "document":
        if DocumentId(subject) not in await work.documents.get_many([DocumentId(subject)], by=by):
            raise DocumentMissing(DocumentId(subject))
    elif subject not in await work.access.permissions([subject], of=by.user):
        raise NotebookMissing(subject)
    return subject
