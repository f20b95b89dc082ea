"""The feed, on Redis Streams: one stream a topic, and the stream's ids are the cursors.

One reader serves all listeners of a process. A listener that falls behind is not waited
for: it reads on from the stream itself, at its own pace. What a stream has trimmed is gone;
who asks for it is told of the gap. Behind the final event of a topic nothing is kept any more:
relays and workers that come late would bring it back to life.
"""

import asyncio
import contextlib
from collections.abc import AsyncIterator, Iterator
from datetime import datetime
from typing import Any

import orjson
import structlog
from redis.asyncio import Redis
from redis.exceptions import RedisError
from typing_extensions import override

from aether.domain.errors import Unavailable
from aether.domain.events import BEGINNING, Cursor, Event, EventId, Feed, Report
from aether.domain.tenants import TenantId

KEPT = 1_000
"""About how many events of a topic are kept."""
KEPT_S = 7 * 24 * 3600
"""How long a topic is kept after its last event, in seconds."""
TOLD_S = 24 * 3600
WAITING_MOST = 256
"""How many events may wait for one listener before it reads from the stream instead."""
AT_A_TIME = 200

_PUBLISH = """
local last = redis.call('XREVRANGE', KEYS[1], '+', '-', 'COUNT', 1)[1]
if last and last[2][4] == '1' then return false end
if ARGV[1] ~= '' and not redis.call('SET', KEYS[2], '1', 'NX', 'EX', ARGV[4]) then return false end
local id = redis.call('XADD', KEYS[1], 'MAXLEN', '~', ARGV[3], '*', 'event', ARGV[2], 'final', ARGV[6])
redis.call('EXPIRE', KEYS[1], ARGV[5])
return id
"""

Waiting = asyncio.Queue[tuple[str, bytes] | None]
"""What waits for one listener: entries, or none, which sends it to the stream."""

log = structlog.get_logger()


class FeedDown(Unavailable):
    """Redis does not answer."""

    code = "FEED_DOWN"

    def __init__(self) -> None:
        super().__init__("Live events are away for a moment; try again.", retry_after_s=2.0)


@contextlib.contextmanager
def _speaking() -> Iterator[None]:
    try:
        yield
    except (RedisError, OSError) as error:
        raise FeedDown from error


class RedisFeed(Feed):
    """Where events are handed on to those who listen."""

    def __init__(self, redis: Redis) -> None:
        self._redis = redis
        self._publish = redis.register_script(_PUBLISH)
        self._listeners: dict[str, set[Waiting]] = {}
        self._reader: asyncio.Task[None] | None = None

    async def close(self) -> None:
        """Stop the reader."""
        if self._reader is not None:
            self._reader.cancel()
            with contextlib.suppress(asyncio.CancelledError):
                await self._reader

    @override
    async def publish(self, event: Event) -> Cursor:
        keys = [_key(event.tenant, event.topic), f"aether:told:{event.id}"]
        limits = [KEPT, TOLD_S, KEPT_S]
        with _speaking():
            id = await self._publish(keys=keys, args=[event.id, _packed(event), *limits, int(event.final)])
        return Cursor(id.decode() if id else "")

    @override
    async def follow(self, tenant: TenantId, topic: str, *, after: Cursor | None) -> AsyncIterator[Report]:
        key = _key(tenant, topic)
        with self._listening(key) as waiting:
            async for report in self._reports(key, waiting, after):
                yield report
                if report.event.final:
                    return

    async def _reports(self, key: str, waiting: Waiting, after: Cursor | None) -> AsyncIterator[Report]:
        """What the stream holds behind *after*, or its latest event; then what comes."""
        entry, gap = None, False
        while True:
            if entry is None:
                gap = gap or await self._lost(key, after)
                async for id, packed in self._past(key, after):
                    yield Report(cursor=(after := Cursor(id)), event=_unpacked(packed), gap=gap)
                    gap = False
                after = after or BEGINNING
            elif after is None or _place(entry[0]) > _place(after):
                yield Report(cursor=(after := Cursor(entry[0])), event=_unpacked(entry[1]), gap=gap)
                gap = False
            entry = await waiting.get()

    async def _past(self, key: str, after: Cursor | None) -> AsyncIterator[tuple[str, bytes]]:
        """What the stream holds behind *after*, or its latest event."""
        if after is None:
            with _speaking():
                entries = await self._redis.xrevrange(key, count=1)
            for id, fields in entries:
                yield id.decode(), fields[b"event"]
            return
        place: str = after
        while True:
            with _speaking():
                entries = await self._redis.xrange(key, min=f"({place}", count=AT_A_TIME)
            for id, fields in entries:
                yield (place := id.decode()), fields[b"event"]
            if len(entries) < AT_A_TIME:
                return

    async def _lost(self, key: str, after: Cursor | None) -> bool:
        """Whether events behind *after* may have been trimmed, or forgotten with their topic."""
        if after is None or after == BEGINNING:
            return False
        with _speaking():
            first = await self._redis.xrange(key, count=1)
        return not first or _place(first[0][0].decode()) > _place(after)

    @contextlib.contextmanager
    def _listening(self, key: str) -> Iterator[Waiting]:
        waiting: Waiting = asyncio.Queue(WAITING_MOST)
        self._listeners.setdefault(key, set()).add(waiting)
        if self._reader is None or self._reader.done():
            self._reader = asyncio.create_task(self._read())
        try:
            yield waiting
        finally:
            self._listeners[key].discard(waiting)
            if not self._listeners[key]:
                del self._listeners[key]

    async def _read(self) -> None:
        """Hand each new entry of the streams that are listened to to their listeners."""
        places: dict[str, str] = {}
        while True:
            try:
                await self._read_once(places)
            except (RedisError, OSError):
                log.warning("feed_away")
                await asyncio.sleep(0.5)

    async def _read_once(self, places: dict[str, str]) -> None:
        for key in places.keys() - self._listeners.keys():
            del places[key]
        for key in self._listeners.keys() - places.keys():
            places[key] = await self._end(key)
            # What came between a listener's look back and this moment is in the stream only.
            self._tell(key, None)
        if not places:
            await asyncio.sleep(0.05)
            return
        streams: dict[Any, Any] = dict(places)
        found = await self._redis.xread(streams, count=AT_A_TIME, block=100)
        for name, entries in found:
            key = name.decode()
            for id, fields in entries:
                places[key] = id.decode()
                self._tell(key, (places[key], fields[b"event"]))

    async def _end(self, key: str) -> str:
        latest = await self._redis.xrevrange(key, count=1)
        return latest[0][0].decode() if latest else "0-0"

    def _tell(self, key: str, entry: tuple[str, bytes] | None) -> None:
        for waiting in self._listeners.get(key, ()):
            if waiting.full():
                while not waiting.empty():
                    waiting.get_nowait()
                entry = None
            waiting.put_nowait(entry)


def _key(tenant: TenantId, topic: str) -> str:
    return f"aether:events:{tenant}:{topic}"


def _place(cursor: str) -> tuple[int, int]:
    milliseconds, _, number = cursor.partition("-")
    return int(milliseconds), int(number or 0)


def _packed(event: Event) -> bytes:
    return orjson.dumps(
        {
            "id": event.id,
            "tenant": event.tenant,
            "topic": event.topic,
            "kind": event.kind,
            "payload": dict(event.payload),
            "at": event.at,
            "final": event.final,
        }
    )


def _unpacked(packed: bytes) -> Event:
    told: dict[str, Any] = orjson.loads(packed)
    return Event(
        id=EventId(told["id"]),
        tenant=TenantId(told["tenant"]),
        topic=told["topic"],
        kind=told["kind"],
        payload=told["payload"],
        at=datetime.fromisoformat(told["at"]),
        final=told["final"],
    )
