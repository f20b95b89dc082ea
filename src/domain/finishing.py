"""Finishing what came directly and is too large for a request to wait for: hashed, kept, and made a document.

A worker does it, and another one again if that was killed. Whatever stands at the store under the
upload's id stays there until the graph says how it ended.
"""

from collections.abc import Callable, Sequence

from aether.domain import uploads
from aether.domain.blobs import Blob, BlobMissing
from aether.domain.errors import Refused
from aether.domain.graph import Graph
from aether.domain.jobs import Failure
from aether.domain.moments import Moment
from aether.domain.presigning import Presigning
from aether.domain.uploads import Limits, Upload, UploadGone


class Finisher:
    """Finishes uploads that are all at the store."""

    def __init__(
        self, graph: Graph, store: Presigning, *, moment: Callable[[], Moment], limits: Limits
    ) -> None:
        self._graph = graph
        self._store = store
        self._moment = moment
        self._limits = limits

    async def due(self, *, limit: int) -> Sequence[Upload]:
        """Uploads of all tenants that are to be looked at now, also by who does so already."""
        return await self._graph.read(uploads.to_finish, now=self._moment().now, limit=limit)

    async def given_up(self, upload: Upload) -> bool:
        """Whether nobody wants the upload any more."""
        return await self._graph.within(upload.tenant).read(uploads.given_up, id=upload.id)

    async def prolonged(self, upload: Upload) -> Upload:
        """The upload, given more time if little is left: it is not to expire while it is being finished."""
        at = self._moment()
        if not upload.ageing(limits=self._limits, now=at.now):
            return upload
        graph = self._graph.within(upload.tenant)
        return await graph.write(uploads.prolong, upload, limits=self._limits, at=at)

    async def finish(self, upload: Upload) -> None:
        """Make a document of the upload, or end it as failed. Safe to do twice, also at once.

        Raises:
            Unavailable: It cannot be done now.
        """
        graph, blob = self._graph.within(upload.tenant), None
        try:
            await graph.write(uploads.take_up, id=upload.id, at=self._moment())
            blob = await self._store.adopt(upload.id, length=upload.length or 0, sha256=upload.sha256)
            await graph.write(uploads.finished, blob, id=upload.id, at=self._moment())
        except Refused as refusal:
            await self._fail(upload, failure_of(refusal), blob=blob)
        await self._store.abandon(upload.id, upload.metadata)

    async def _fail(self, upload: Upload, failure: Failure, *, blob: Blob | None) -> None:
        await self._graph.within(upload.tenant).write(
            uploads.fail, upload, failure, blob=blob, limits=self._limits, at=self._moment()
        )


def failure_of(refusal: Refused) -> Failure:
    """Why an upload could not be finished."""
    if isinstance(refusal, UploadGone):  # what was over before does not end again
        return Failure(code=refusal.code, message="It could not be finished in time.")
    if isinstance(refusal, BlobMissing):
        return Failure(code=UploadGone.code, message="Its bytes are no longer at the store.")
    return Failure(code=refusal.code, message=refusal.message)
