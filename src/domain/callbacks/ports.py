"""Where callbacks and their deliveries are kept, and who sends them."""

from collections.abc import Collection, Mapping, Sequence
from datetime import datetime
from typing import NamedTuple, Protocol

from aether.domain import uploads
from aether.domain.callbacks.entity import Callback, CallbackId, Delivery, DeliveryId, Outcome
from aether.domain.tenants import TenantId
from aether.domain.users import UserId
from aether.domain.webhooks import Message


class Callbacks(Protocol):
    """Where callbacks are kept."""

    async def add(self, callback: Callback) -> None:
        """Keep a new callback."""
        ...

    async def put(self, callback: Callback) -> None:
        """Keep *callback* as it now is."""
        ...

    async def lock(self, id: CallbackId) -> Callback | None:
        """The callback, which nobody else changes until this transaction ends."""
        ...

    async def of_user(self, user: UserId) -> Sequence[Callback]:
        """The latest 500 callbacks of a user, the latest first, ended ones too."""
        ...

    async def of_subjects(self, subjects: Collection[str]) -> Sequence[Callback]:
        """The callbacks on any of *subjects* that have not ended, the oldest first."""
        ...


class Due(NamedTuple):
    """A delivery that is to be tried.

    Attributes:
        host: Who is told, with the port unless it is the usual one.
    """

    id: DeliveryId
    tenant: TenantId
    host: str


class Deliveries(Protocol):
    """Where deliveries are kept."""

    async def get_many(self, ids: Collection[DeliveryId]) -> Mapping[DeliveryId, Delivery]:
        """Those of the deliveries that exist, by id; the others are left out."""
        ...

    async def lock(self, id: DeliveryId) -> Delivery | None:
        """The delivery, which nobody else changes until this transaction ends."""
        ...

    async def add(self, delivery: Delivery) -> None:
        """Keep a new delivery."""
        ...

    async def put(self, delivery: Delivery) -> None:
        """Keep *delivery* as it now is."""
        ...

    async def of_callback(self, id: CallbackId, *, limit: int) -> Sequence[Delivery]:
        """The latest deliveries of a callback, the latest first."""
        ...

    async def due(self, *, now: datetime, besides: Collection[str], limit: int) -> Sequence[Due]:
        """Deliveries of all tenants to be tried, the longest due first, but none to the hosts *besides*."""
        ...

    async def forget(self, *, before: datetime, limit: int) -> int:
        """Forget deliveries of all tenants that were over before then; gives back how many."""
        ...


class Sender(Protocol):
    """Sends messages."""

    async def send(self, message: Message, *, url: str, secret: str) -> Outcome:
        """Send *message* once, signed, and tell what became of that; it is never refused."""
        ...


class Work(uploads.Work, Protocol):
    """A transaction in which callbacks can be read and written."""

    @property
    def callbacks(self) -> Callbacks:
        """The callbacks."""
        ...

    @property
    def deliveries(self) -> Deliveries:
        """Their deliveries."""
        ...
