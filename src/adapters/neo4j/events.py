"""The outbox in the graph: `(:Event)`, dropped once handed on."""

from collections.abc import Collection, Sequence

from typing_extensions import override

from aether.adapters.neo4j.rows import instant, text_of, value_of
from aether.adapters.neo4j.runner import Row, Runner
from aether.domain.events import Event, EventId, Events
from aether.domain.tenants import TenantId


class Neo4jEvents(Events):
    """The outbox.

    Attributes:
        told: Whether this transaction kept events, to be handed on once it is committed.
    """

    def __init__(self, run: Runner) -> None:
        self._run = run
        self.told = False

    @override
    async def add(self, *events: Event) -> None:
        self.told = True
        rows = [
            {
                "id": event.id,
                "topic": event.topic,
                "kind": event.kind,
                "payload": text_of(event.payload),
                "at": event.at,
                "final": event.final,
            }
            for event in events
        ]
        await self._run("events/add", rows=rows)

    @override
    async def unsent(self, *, limit: int) -> Sequence[Event]:
        return [event_of(row["event"]) for row in await self._run("events/unsent", most=limit)]

    @override
    async def forget(self, ids: Collection[EventId]) -> None:
        await self._run("events/forget", ids=list(ids))


def event_of(row: Row) -> Event:
    """The event in a row's map."""
    return Event(
        id=EventId(row["id"]),
        tenant=TenantId(row["tenant"]),
        topic=row["topic"],
        kind=row["kind"],
        payload=value_of(row["payload"]),
        at=instant(row["at"]),
        final=row["final"],
    )
