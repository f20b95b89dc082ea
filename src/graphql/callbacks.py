"""Callbacks in the API: registered with a secret that is shown once, looked at, and sent once more."""

from datetime import datetime

import strawberry

from aether.domain import callbacks, checks
from aether.domain.callbacks import CallbackId, DeliveryId, DeliveryStatus, Outcome
from aether.graphql.context import Info
from aether.graphql.refusals import Payload, mutation

DELIVERIES_MOST = 100


@strawberry.type
class CallbackDelivery:
    """A message to a callback.

    Attributes:
        id: Its id, which receivers get as `webhook-id`, however often it is sent.
        event: What it tells, such as `job.completed`.
        job_id: The job of which it tells.
        status: Where it is in its life.
        attempts: How often it was tried.
        answer: The HTTP status of the last answer; none if there was none.
        error: Why there was no answer, such as `TIMEOUT`; none if there was one.
        created_at: When the job was over.
        due_at: When it is tried next; none if it is over.
        ended_at: When it was over; none if it is not.
    """

    id: strawberry.ID
    event: str
    job_id: strawberry.ID
    status: DeliveryStatus
    attempts: int
    answer: int | None
    error: str | None
    created_at: datetime
    due_at: datetime | None
    ended_at: datetime | None

    @classmethod
    def of(cls, delivery: callbacks.Delivery) -> "CallbackDelivery":
        """*delivery*, shown to the owner of its callback."""
        outcome = delivery.outcome or Outcome()
        return cls(
            id=strawberry.ID(delivery.id),
            event=delivery.kind,
            job_id=strawberry.ID(delivery.job),
            status=delivery.status,
            attempts=delivery.attempts,
            answer=outcome.status,
            error=outcome.error,
            created_at=delivery.created_at,
            due_at=delivery.due_at,
            ended_at=delivery.ended_at,
        )


@strawberry.type
class Callback:
    """An address that is told when processing is over, signed by Standard Webhooks.

    Attributes:
        id: Its id.
        subject_id: The document, or the notebook with all below it, of which it is told.
        url: The address.
        once: Whether it ends when it was told of one job.
        created_at: When it was registered.
        ended_at: When it ended; none if it has not.
        ended_because: `deleted`, `told`, or `gone` if the receiver wants no more; none if it has not.
    """

    id: strawberry.ID
    subject_id: strawberry.ID
    url: str
    once: bool
    created_at: datetime
    ended_at: datetime | None
    ended_because: str | None

    @classmethod
    def of(cls, callback: callbacks.Callback) -> "Callback":
        """*callback*, shown to its owner, without its secret."""
        return cls(
            id=strawberry.ID(callback.id),
            subject_id=strawberry.ID(callback.subject),
            url=callback.url,
            once=callback.once,
            created_at=callback.created_at,
            ended_at=callback.ended_at,
            ended_because=callback.ended_why,
        )


@strawberry.type
class RegisteredCallback:
    """A callback that has just been registered.

    Attributes:
        callback: The callback.
        secret: What signs its messages. It is shown this once.
    """

    callback: Callback
    secret: str


@strawberry.input
class CreateCallbackInput:
    """Of what an address is to be told.

    Attributes:
        subject_id: A document, an upload of one's own, or a notebook with all below it.
        callback_url: The address, which begins with `https://`.
        once: Whether it ends when it was told of one job.
    """

    subject_id: strawberry.ID
    callback_url: str
    once: bool = False


@strawberry.input
class DeleteCallbackInput:
    """Which callback to end.

    Attributes:
        id: One of one's own callbacks.
    """

    id: strawberry.ID


@strawberry.input
class ResendDeliveryInput:
    """Which delivery to send once more.

    Attributes:
        id: A delivery of one of one's own callbacks.
    """

    id: strawberry.ID


@strawberry.type
class CreateCallbackPayload(Payload):
    """A new callback.

    Attributes:
        callback: The callback; none if it was refused.
        secret: What signs its messages. It is shown this once.
    """

    callback: Callback | None = None
    secret: str | None = None


@strawberry.type
class DeleteCallbackPayload(Payload):
    """The callback, ended.

    Attributes:
        callback: The callback; none if it was refused.
    """

    callback: Callback | None = None


@strawberry.type
class ResendDeliveryPayload(Payload):
    """The delivery, to be tried as if it were new.

    Attributes:
        delivery: The delivery; none if it was refused.
    """

    delivery: CallbackDelivery | None = None


@strawberry.type
class CallbackQueries:
    """Questions about one's callbacks."""

    @strawberry.field
    async def callbacks(self, info: Info) -> list[Callback]:
        """One's own callbacks, at most 500, the latest first, ended ones too."""
        found = await info.context.read(callbacks.of_viewer, by=info.context.viewer)
        return [Callback.of(callback) for callback in found]

    @strawberry.field
    async def callback_deliveries(
        self, info: Info, callback_id: strawberry.ID, first: int = 20
    ) -> list[CallbackDelivery]:
        """What one's own callback was told in the last 30 days, the latest first.

        Args:
            callback_id: The callback.
            first: How many, from 1 to 100.
        """
        found = await info.context.read(
            callbacks.deliveries_of,
            callback=CallbackId(callback_id),
            limit=checks.number(first, field="first", least=1, most=DELIVERIES_MOST),
            by=info.context.viewer,
        )
        return [CallbackDelivery.of(delivery) for delivery in found]


@strawberry.type
class CallbackMutations:
    """Changes to one's callbacks."""

    @mutation
    async def create_callback(self, info: Info, input: CreateCallbackInput) -> CreateCallbackPayload:
        """Have an address told when the processing of documents is over; takes the permission to read them.

        Args:
            input: The address, and of what it is told.
        """
        made = await registered(info, input.callback_url, subject=input.subject_id, once=input.once)
        return CreateCallbackPayload(callback=made.callback, secret=made.secret)

    @mutation
    async def delete_callback(self, info: Info, input: DeleteCallbackInput) -> DeleteCallbackPayload:
        """End a callback now; deleting it twice changes nothing.

        Args:
            input: Which callback.
        """
        at = info.context.ports.moment()
        ended = await info.context.write(
            callbacks.remove, id=CallbackId(input.id), by=info.context.viewer, at=at
        )
        return DeleteCallbackPayload(callback=Callback.of(ended))

    @mutation
    async def resend_delivery(self, info: Info, input: ResendDeliveryInput) -> ResendDeliveryPayload:
        """Send a delivery that is over once more, with all its tries.

        Args:
            input: Which delivery.
        """
        at = info.context.ports.moment()
        again = await info.context.write(
            callbacks.resend, id=DeliveryId(input.id), by=info.context.viewer, at=at
        )
        return ResendDeliveryPayload(delivery=CallbackDelivery.of(again))


async def registered(info: Info, url: str, *, subject: str, once: bool) -> RegisteredCallback:
    """A new callback of the viewer's on *subject*.

    Raises:
        Refused: It cannot be one.
    """
    ports = info.context.ports
    at, secret = ports.moment(), ports.webhook_secret()
    made = await info.context.write(
        callbacks.create,
        id=CallbackId(at.id("callback")),
        subject=subject,
        url=url,
        secret=secret,
        once=once,
        rules=ports.callback_rules,
        by=info.context.viewer,
        at=at,
    )
    return RegisteredCallback(callback=Callback.of(made), secret=secret)
