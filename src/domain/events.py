"""Events: what happened, told once to everybody who listens.

An event is first a node, written in the transaction of its cause, and then a message: a
relay hands it on after the commit, at least once, in order. Listeners follow a topic from
a cursor on; events of a topic carry what a listener shows, never a document's text.
"""

import re
from collections.abc import AsyncIterator, Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, NewType, Protocol

from aether.domain.errors import Invalid
from aether.domain.tenants import TenantId

EventId = NewType("EventId", str)
Cursor = NewType("Cursor", str)
"""A place in a topic, given by the stream that keeps it; opaque."""


BEGINNING = Cursor("0-0")
"""Before every event."""
_CURSOR = re.compile(r"[0-9]{1,18}-[0-9]{1,18}")


class PlaceInvalid(Invalid):
    """The cursor was not given out by a subscription."""

    code = "CURSOR_INVALID"

    def __init__(self) -> None:
        super().__init__("Give a cursor that this subscription told, or none.", field="after")


def cursor(given: str | None) -> Cursor | None:
    """*given* as a place in a topic.

    Raises:
        PlaceInvalid: It cannot be one.
    """
    if given is not None and not _CURSOR.fullmatch(given):
        raise PlaceInvalid
    return None if given is None else Cursor(given)


@dataclass(frozen=True, slots=True, kw_only=True)
class Event:
    """Something that happened.

    Attributes:
        id: Told once, however often it is handed on; empty for what may be told again.
        topic: What it is about, such as `job/job_01j…` or `notebook/notebook_01j…`.
        kind: What happened, such as `notebook_moved`.
        payload: What listeners show; JSON values only.
        final: Whether it is the last of its topic.
    """

    id: EventId
    tenant: TenantId
    topic: str
    kind: str
    payload: Mapping[str, Any]
    at: datetime
    final: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Report:
    """An event as a listener gets it.

    Attributes:
        cursor: Where to go on after it.
        gap: Whether events between the cursor asked for and this one are lost: read anew.
    """

    cursor: Cursor
    event: Event
    gap: bool = False


class Events(Protocol):
    """The outbox: events of committed causes, until they are handed on."""

    async def add(self, *events: Event) -> None:
        """Keep *events* with the rest of this transaction."""
        ...

    async def unsent(self, *, limit: int) -> Sequence[Event]:
        """The oldest events of all tenants that are still here, in order."""
        ...

    async def forget(self, ids: Collection[EventId]) -> None:
        """Drop events that were handed on."""
        ...


class Feed(Protocol):
    """Where events are handed on to those who listen."""

    async def publish(self, event: Event) -> Cursor:
        """Append *event* to its topic."""
        ...

    def follow(self, tenant: TenantId, topic: str, *, after: Cursor | None) -> AsyncIterator[Report]:
        """The events of *topic* behind *after*, then each new one, until the final one.

        Without *after* it begins with the latest event there is, if any.
        """
        ...


class Work(Protocol):
    """A transaction in which events can be kept."""

    @property
    def events(self) -> Events:
        """The outbox."""
        ...


async def unsent(work: Work, *, limit: int) -> Sequence[Event]:
    """The oldest events that were not handed on yet."""
    return await work.events.unsent(limit=limit)


async def forget(work: Work, *, ids: Collection[EventId]) -> None:
    """Drop events that were handed on."""
    await work.events.forget(ids)
