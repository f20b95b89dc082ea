"""Receiving: uploads from their first byte to the document that they become.

Who brings bytes holds a lease for as long as they flow; it lapses when they stop, so that a
connection that died unnoticed keeps nobody out. The lease is a courtesy: what keeps bytes in
order is that the staging takes only those that begin where it ends. Whoever looks at an upload
whose bytes are all there finishes it, if a crash came between the bytes and the document.
"""

import asyncio
import hashlib
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from aether.domain import batches, uploads
from aether.domain.batches import BatchId, SeenBatch
from aether.domain.blobs import FileTooLarge
from aether.domain.errors import Invalid, Unavailable
from aether.domain.events import Feed
from aether.domain.graph import Graph
from aether.domain.jobs import JobId, Leases
from aether.domain.moments import Moment
from aether.domain.presigning import Presigning, UploadIsDirect
from aether.domain.telling import Telling
from aether.domain.uploads import (
    Checksum,
    Draft,
    Limits,
    OffsetWrong,
    PartUnfinished,
    Staging,
    Upload,
    UploadBusy,
    UploadGone,
    UploadId,
    UploadIsFinal,
    UploadKind,
    UploadOverrun,
    UploadTaken,
)
from aether.domain.viewers import Viewer

TURN_S = 5.0
"""How long whoever brings bytes may be silent before somebody else may go on, in seconds."""
SWEPT_AT_A_TIME = 500
FORGOTTEN_AFTER = timedelta(days=1)
"""How much longer than any upload lasts bytes are kept that nobody knows of."""

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_DATED = len("upload_") + 13
"""How many characters of an id tell when it was made, and its place among those made with it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Received:
    """An upload, and how many of its bytes are kept."""

    upload: Upload
    offset: int


class Receiver:
    """Takes uploads in."""

    def __init__(
        self,
        graph: Graph,
        staging: Staging,
        leases: Leases,
        *,
        moment: Callable[[], Moment],
        limits: Limits,
        store: Presigning | None = None,
        feed: Feed | None = None,
    ) -> None:
        """*feed* is where it is told how far uploads are, if anybody is to know."""
        self._graph = graph
        self._store = store
        self._staging = staging
        self._leases = leases
        self._moment = moment
        self._feed = feed
        self.limits = limits

    async def begin(self, draft: Draft, *, by: Viewer) -> Upload:
        """An upload that takes bytes from now on.

        Raises:
            FileEmpty: It is announced as nothing.
            FileTooLarge: It is announced larger than files may be.
            TooManyUploads: They have begun too many that are unfinished.
        """
        at = self._moment()
        return await self._begun(draft, UploadId(at.id("upload")), by=by, at=at)

    async def join(self, draft: Draft, *, by: Viewer) -> Received:
        """The document of which *draft* names the parts; asking twice for it makes one.

        Raises:
            UploadMissing: A part does not exist, is somebody else's, or is no part.
            PartUnfinished: Not all bytes of a part are there.
            FileTooLarge: Together they are larger than files may be.
        """
        graph = self._graph.within(by.tenant)
        at = self._moment()
        id = _joined(draft.parts)
        with suppress(uploads.UploadMissing):
            return await self.resume(id, by=by)
        parts = await graph.read(uploads.parts_of, ids=draft.parts, by=by, at=at)
        whole = 0
        for part in parts:
            size = await self._staging.size(part.id)
            if part.length is None or size < part.length:
                raise PartUnfinished(part.id)
            whole += size
        final = Draft(
            notebook=draft.notebook,
            target=draft.target,
            filename=draft.filename,
            declared_type=draft.declared_type,
            length=whole,
            kind=UploadKind.FINAL,
            parts=draft.parts,
            metadata=draft.metadata,
        )
        return await self._finished(await self._begun(final, id, by=by, at=at), by=by)

    async def look(self, id: UploadId, *, by: Viewer) -> Received:
        """One's own upload as it is, aborted and expired ones too."""
        upload = await self._graph.within(by.tenant).read(uploads.get, id=id, by=by)
        return Received(upload=upload, offset=await self._offset(upload))

    async def batch(self, id: BatchId, *, by: Viewer) -> SeenBatch:
        """One's own batch, with what has become of each of its files.

        Raises:
            BatchMissing: It does not exist, or is somebody else's.
        """
        batch, known, jobs = await self._graph.within(by.tenant).read(batches.get, id=id, by=by)
        now, files = self._moment().now, list[batches.File]()
        for entry in batch.entries:
            upload = None if entry.upload is None else known.get(entry.upload)
            job = None if entry.upload is None else jobs.get(uploads.document_of(entry.upload))
            if job is not None:
                files.append(batches.of_job(entry, job))
            elif upload is not None:
                kept = await self._offset(upload)
                files.append(batches.of_upload(entry, upload, kept=kept, now=now))
            else:
                files.append(batches.of_nothing(entry))
        return SeenBatch(batch=batch, files=files)

    async def resume(self, id: UploadId, *, by: Viewer) -> Received:
        """One's own upload, and where to go on; if all bytes are there, it is a document now.

        Raises:
            UploadGone: It was aborted, or has expired.
        """
        found = await self.look(id, by=by)
        found.upload.live(now=self._moment().now)
        return await self._settled(found.upload, found.offset, by=by)

    async def receive(
        self,
        id: UploadId,
        stream: AsyncIterator[bytes],
        *,
        offset: int,
        coming: int | None = None,
        length: int | None = None,
        checksum: Checksum | None = None,
        by: Viewer,
    ) -> Received:
        """Keep the bytes that *stream* gives behind the first *offset* ones, also if it breaks off.

        *coming* is how many are announced, if that is known, and *length* how many there are in the
        end, if that is told only now. With a *checksum* they are kept if they give it, or not at all.

        Raises:
            OffsetWrong: More or fewer bytes came before.
            UploadBusy: Somebody else brings bytes right now.
            UploadTaken: Somebody else goes on, since these bytes came too slowly.
            UploadOverrun: There are more bytes than the upload has.
            ChecksumWrong: They are not the bytes of the checksum.
        """
        at = self._moment()
        upload = await self._graph.within(by.tenant).read(uploads.opened, id=id, by=by, at=at)
        if upload.kind is UploadKind.FINAL:
            raise UploadIsFinal(id)
        if upload.kind is UploadKind.DIRECT:
            raise UploadIsDirect(id)
        kept = await self._offset(upload)
        if offset != kept:
            raise OffsetWrong(kept)
        if upload.document is not None:
            return await self._settled(upload, kept, by=by)
        async with self._turn(upload, at) as turn:
            upload = await self._gone_on(upload, length, kept=kept, by=by, at=at)
            room = (self.limits.most if upload.length is None else upload.length) - kept
            overrun = (
                FileTooLarge(self.limits.most) if upload.length is None else UploadOverrun(upload.length)
            )
            if coming is not None and coming > room:
                raise overrun
            telling = Telling(self._feed, upload, kept=kept, moment=self._moment)
            flowing = telling.flowing(_measured(turn.kept(stream), room, overrun))
            size = await self._staging.append(id, flowing, at=offset, checksum=checksum)
        await telling.stopped(size)
        return await self._settled(upload, size, by=by)

    async def abort(self, id: UploadId, *, by: Viewer) -> None:
        """Give one's own upload up, and forget its bytes.

        Raises:
            UploadComplete: It is a document already.
            UploadGone: It was aborted before, or has expired.
        """
        aborted = await self._graph.within(by.tenant).write(uploads.abort, id=id, by=by, at=self._moment())
        await self._dropped(aborted)

    async def sweep(self) -> int:
        """Forget what expired, its bytes first, and old batches; gives the number of uploads."""
        now, swept = self._moment().now, 0
        for upload in await self._graph.read(uploads.expired, before=now, limit=SWEPT_AT_A_TIME):
            if upload.finish_at is not None and self._store is not None:
                continue  # whoever finishes it ends it, and says why
            if await self._leases.held(JobId(upload.id)):
                continue
            await self._dropped(upload, *upload.parts)
            await self._graph.within(upload.tenant).write(uploads.forget, id=upload.id, before=now)
            swept += 1
        await self._graph.write(batches.forget, before=now - self.limits.batches_last, limit=SWEPT_AT_A_TIME)
        await self._staging.sweep(before=now - 2 * self.limits.lasts - FORGOTTEN_AFTER)
        return swept

    async def _dropped(self, upload: Upload, *parts: UploadId) -> None:
        """Forget the bytes of *upload* and of *parts*, wherever they lie."""
        await self._staging.remove([upload.id, *parts])
        if upload.kind is UploadKind.DIRECT and self._store is not None:
            await self._store.abandon(upload.id, upload.metadata)

    async def _begun(self, draft: Draft, id: UploadId, *, by: Viewer, at: Moment) -> Upload:
        graph = self._graph.within(by.tenant)
        return await graph.write(uploads.begin, draft, id=id, limits=self.limits, by=by, at=at)

    async def _offset(self, upload: Upload) -> int:
        there = upload.document is not None or upload.finish_at is not None
        if there and upload.length is not None:
            return upload.length
        return await self._staging.size(upload.id)

    async def _gone_on(
        self, upload: Upload, length: int | None, *, kept: int, by: Viewer, at: Moment
    ) -> Upload:
        """The upload, with what is now told of its length, and more time if it needs some."""
        if length in {None, upload.length} and not upload.ageing(limits=self.limits, now=at.now):
            return upload
        graph, limits = self._graph.within(by.tenant), self.limits
        return await graph.write(
            uploads.go_on, id=upload.id, length=length, kept=kept, limits=limits, by=by, at=at
        )

    async def _settled(self, upload: Upload, offset: int, *, by: Viewer) -> Received:
        """The upload, finished if there is nothing to wait for, and what a crash left of it forgotten."""
        if upload.document is not None:
            await self._staging.remove([upload.id, *upload.parts])
        elif upload.kind is UploadKind.FINAL or (upload.kind is UploadKind.WHOLE and offset == upload.length):
            return await self._finished(upload, by=by)
        return Received(upload=upload, offset=offset)

    async def _finished(self, upload: Upload, *, by: Viewer) -> Received:
        """The upload whose bytes are all there, as a document. Safe to try twice, also at once."""
        graph = self._graph.within(by.tenant)
        await graph.read(uploads.opened, id=upload.id, by=by, at=self._moment())
        try:
            if upload.parts:
                await self._staging.join(upload.id, upload.parts)
            blob = await self._staging.settle(upload.id)
        except UploadGone:
            done = await graph.read(uploads.get, id=upload.id, by=by)
            if done.document is None:
                raise
        else:
            done = await graph.write(uploads.complete, blob, id=upload.id, by=by, at=self._moment())
        await self._staging.remove([upload.id, *upload.parts])
        return Received(upload=done, offset=await self._offset(done))

    @asynccontextmanager
    async def _turn(self, upload: Upload, at: Moment) -> AsyncIterator["_Turn"]:
        turn = _Turn(self._leases, upload.id, int.from_bytes(at.seed[:6], "big"))
        if not await turn.taken():
            raise UploadBusy(upload.id, retry_after_s=TURN_S)
        try:
            yield turn
        finally:
            await turn.over()


class _Turn:
    """The right to add to an upload, for as long as bytes come."""

    def __init__(self, leases: Leases, upload: UploadId, holder: int) -> None:
        self._leases = leases
        self._upload = upload
        self._holder = holder

    async def taken(self) -> bool:
        """Whether we hold it now. Where nobody can tell, we do: the staging keeps the bytes in order."""
        with suppress(Unavailable):
            return await self._leases.take(JobId(self._upload), self._holder, seconds=TURN_S)
        return True

    async def over(self) -> None:
        """Let go of it."""
        with suppress(Unavailable):
            await self._leases.release(JobId(self._upload), self._holder)

    async def kept(self, stream: AsyncIterator[bytes]) -> AsyncIterator[bytes]:
        """The same bytes, as long as nobody else went on; each prolongs our turn."""
        loop = asyncio.get_running_loop()
        renewed = loop.time()
        async for piece in stream:
            if loop.time() - renewed > TURN_S / 3:
                if not await self.taken():
                    raise UploadTaken(self._upload)
                renewed = loop.time()
            yield piece


async def _measured(stream: AsyncIterator[bytes], room: int, overrun: Invalid) -> AsyncIterator[bytes]:
    """The same bytes, at most *room* of them."""
    async for piece in stream:
        room -= len(piece)
        if room < 0:
            raise overrun
        yield piece


def _joined(parts: tuple[UploadId, ...]) -> UploadId:
    """The id of what *parts* are put together to: the same however often that is asked for."""
    seed = hashlib.sha256(" ".join(parts).encode()).digest()
    return UploadId(parts[0][:_DATED] + Moment(now=_EPOCH, seed=seed).id("upload")[_DATED:])
