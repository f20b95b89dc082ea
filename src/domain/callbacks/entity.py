"""Callbacks and their deliveries."""

import hashlib
import json
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Any, NewType

from aether.domain.callbacks.addresses import Rules, target
from aether.domain.documents import Document
from aether.domain.errors import Conflict, Invalid, Missing
from aether.domain.events import EventId
from aether.domain.jobs import Job
from aether.domain.moments import Moment
from aether.domain.tenants import TenantId
from aether.domain.users import UserId
from aether.domain.webhooks import Message

CallbackId = NewType("CallbackId", str)
DeliveryId = NewType("DeliveryId", str)

CALLBACKS_MOST = 200
SUBJECT_MOST = 20
"""How many of one person are told of the same thing, those for once included."""
"""The most callbacks that one person can have at a time, but for those of single documents."""
PAUSES = tuple(timedelta(seconds=seconds) for seconds in (5, 30, 2 * 60, 10 * 60, 3600, 6 * 3600, 24 * 3600))
"""How long is waited after each try that failed; after the last there is none."""
HELD = timedelta(seconds=90)
"""After how long a try whose end nobody told is taken for failed."""
KEPT = timedelta(days=30)
"""How long a delivery that is over is kept."""
GONE = 410
"""The status with which a receiver says that it wants no more."""


class CallbackMissing(Missing):
    """The viewer has no such callback."""

    code = "CALLBACK_NOT_FOUND"

    def __init__(self, id: str) -> None:
        super().__init__(f"You have no callback {id}.")


class DeliveryMissing(Missing):
    """No callback of the viewer has such a delivery."""

    code = "DELIVERY_NOT_FOUND"

    def __init__(self, id: str) -> None:
        super().__init__(f"None of your callbacks has a delivery {id}.")


class DeliveryPending(Conflict):
    """The delivery is not over: it is tried by itself."""

    code = "DELIVERY_PENDING"

    def __init__(self, id: str) -> None:
        super().__init__(f"The delivery {id} is not over yet.")


class TooManyCallbacks(Invalid):
    """The viewer has as many callbacks as one person can have."""

    code = "TOO_MANY_CALLBACKS"

    def __init__(self) -> None:
        super().__init__(
            f"One person can have at most {CALLBACKS_MOST} callbacks, {SUBJECT_MOST} on a thing: delete one.",
            field="callback_url",
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class Callback:
    """An address that is told when processing is over.

    Attributes:
        subject: The document, or the notebook with all below it, of which it is told.
        secret: What signs its messages. It is kept as it is, since it has to sign, and shown once.
        once: Whether it ends when it was told of one job.
        ended_at: When it ended; none if it has not.
        ended_why: `deleted`, `told`, or `gone` if the receiver wants no more; none if it has not.
    """

    id: CallbackId
    tenant: TenantId
    owner: UserId
    subject: str
    url: str
    secret: str
    once: bool
    created_at: datetime
    ended_at: datetime | None = None
    ended_why: str | None = None

    @classmethod
    def new(
        cls,
        *,
        id: CallbackId,
        tenant: TenantId,
        owner: UserId,
        subject: str,
        url: str,
        secret: str,
        once: bool,
        rules: Rules,
        now: datetime,
    ) -> "Callback":
        """A callback at birth.

        Raises:
            UrlInvalid: Nothing may be told at *url*.
        """
        return cls(
            id=id,
            tenant=tenant,
            owner=owner,
            subject=subject,
            url=target(url, rules=rules).url,
            secret=secret,
            once=once,
            created_at=now,
        )

    def ended(self, why: str, *, now: datetime) -> "Callback":
        """This callback, told nothing any more; the first reason stays."""
        return self if self.ended_at is not None else replace(self, ended_at=now, ended_why=why)


class DeliveryStatus(StrEnum):
    """Where a delivery is in its life."""

    PENDING = "pending"
    DELIVERED = "delivered"
    FAILED = "failed"


@dataclass(frozen=True, slots=True, kw_only=True)
class Outcome:
    """What became of one try.

    Attributes:
        status: The status of the answer; none if there was none.
        error: Why there was none, such as `TIMEOUT`; none if there was one.
    """

    status: int | None = None
    error: str | None = None

    @property
    def taken(self) -> bool:
        """Whether the receiver took the message."""
        return self.status is not None and 200 <= self.status < 300  # noqa: PLR2004 - what HTTP calls success


@dataclass(frozen=True, slots=True, kw_only=True)
class Delivery:
    """A message to a callback.

    Attributes:
        job: The job of which it tells.
        body: What is told, in JSON.
        attempts: How often it was tried.
        outcome: What became of the last try; none before.
        due_at: When it is tried next; none if it is over.
        ended_at: When it was over; none if it is not.
    """

    id: DeliveryId
    tenant: TenantId
    callback: CallbackId
    job: str
    kind: str
    body: str
    status: DeliveryStatus = DeliveryStatus.PENDING
    attempts: int = 0
    outcome: Outcome | None = None
    created_at: datetime
    due_at: datetime | None
    ended_at: datetime | None = None

    @classmethod
    def new(
        cls, callback: Callback, job: Job, document: Document | None, *, event: EventId, at: Moment
    ) -> "Delivery":
        """A delivery at birth; the same event gives the same."""
        told = hashlib.blake2b(f"{event}\x00{callback.id}".encode(), digest_size=13).hexdigest()
        kind = f"job.{job.status.value}"
        return cls(
            id=DeliveryId(f"delivery_{told}"),
            tenant=callback.tenant,
            callback=callback.id,
            job=job.id,
            kind=kind,
            body=json.dumps(_told(kind, job, document), separators=(",", ":")),
            created_at=at.now,
            due_at=at.now,
        )

    def message(self, *, now: datetime) -> Message:
        """This delivery as it goes over the wire at *now*."""
        return Message(id=self.id, sent_at=now, body=self.body.encode())

    def held(self, *, now: datetime) -> "Delivery":
        """This delivery, which somebody tries from *now* on."""
        return replace(self, attempts=self.attempts + 1, due_at=now + HELD)

    def tried(self, outcome: Outcome, *, now: datetime) -> "Delivery":
        """This delivery after a try."""
        if outcome.taken:
            return self._over(DeliveryStatus.DELIVERED, outcome, now=now)
        if outcome.status == GONE or self.attempts > len(PAUSES):
            return self._over(DeliveryStatus.FAILED, outcome, now=now)
        return replace(self, outcome=outcome, due_at=now + PAUSES[self.attempts - 1])

    def given_up(self, *, now: datetime) -> "Delivery":
        """This delivery, whose callback has ended."""
        return self._over(DeliveryStatus.FAILED, self.outcome, now=now)

    def again(self, *, now: datetime) -> "Delivery":
        """This delivery, to be tried as if it were new.

        Raises:
            DeliveryPending: It is not over yet.
        """
        if self.status is DeliveryStatus.PENDING:
            raise DeliveryPending(self.id)
        return replace(self, status=DeliveryStatus.PENDING, attempts=0, due_at=now, ended_at=None)

    def _over(self, status: DeliveryStatus, outcome: Outcome | None, *, now: datetime) -> "Delivery":
        return replace(self, status=status, outcome=outcome, due_at=None, ended_at=now)


def _told(kind: str, job: Job, document: Document | None) -> dict[str, Any]:
    """What a message says: ids, states and counts, and nothing that a document says."""
    known = document is not None and document.understanding is not None
    return {
        "type": kind,
        "timestamp": job.updated_at.isoformat(),
        "data": {
            "job_id": job.id,
            "document_id": job.subject,
            "notebook_id": job.notebook,
            "status": job.status.value,
            "stage": job.stage,
            "progress": job.progress,
            "attempt": job.attempt,
            "error": job.failure and {"code": job.failure.code},
            "updated_at": job.updated_at.isoformat(),
            "pages": document.understanding.page_count if document and document.understanding else None,
            "chunks": document.chunk_count if document and known else None,
            "findings": document.finding_count if document and known else None,
        },
    }
