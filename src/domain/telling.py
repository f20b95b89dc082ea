"""Telling how far an upload is, to whoever follows it; no byte waits for that, and nothing rests on it."""

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import suppress

from aether.domain import uploads
from aether.domain.errors import Unavailable
from aether.domain.events import Event, EventId, Feed
from aether.domain.moments import Moment
from aether.domain.uploads import Upload

EVERY_S = 0.2
"""How often it is told at most, in seconds."""


class Telling:
    """Tells how far an upload is, while its bytes flow."""

    def __init__(self, feed: Feed | None, upload: Upload, *, kept: int, moment: Callable[[], Moment]) -> None:
        self._feed = feed
        self._upload = upload
        self._kept = kept
        self._moment = moment
        self._telling: asyncio.Task[None] | None = None
        self._told_at = float("-inf")

    async def flowing(self, stream: AsyncIterator[bytes]) -> AsyncIterator[bytes]:
        """The same bytes; now and then it is told how many there are."""
        async for piece in stream:
            yield piece
            self._kept += len(piece)
            self._tell()

    async def stopped(self, kept: int) -> None:
        """Tell how many bytes are kept in the end, if that is not the end of the upload."""
        self._kept = kept
        if self._telling is not None:
            self._telling.cancel()
        if self._feed is not None:
            with suppress(Unavailable, TimeoutError):
                async with asyncio.timeout(EVERY_S):
                    await self._feed.publish(self._event())

    def _tell(self) -> None:
        now = asyncio.get_running_loop().time()
        busy = self._telling is not None and not self._telling.done()
        if self._feed is None or busy or now - self._told_at < EVERY_S:
            return
        self._told_at = now
        self._telling = asyncio.create_task(self._published(self._feed, self._event()))

    async def _published(self, feed: Feed, event: Event) -> None:
        with suppress(Unavailable):
            await feed.publish(event)

    def _event(self) -> Event:
        now = self._moment().now
        return Event(
            id=EventId(""),
            tenant=self._upload.tenant,
            topic=uploads.topic_of(self._upload.id),
            kind="upload_progressed",
            payload=uploads.told(self._upload, kept=self._kept, now=now),
            at=now,
        )
