"""Uploads in the API, live: how many of their bytes are kept, and how they end."""

from collections.abc import AsyncGenerator, Mapping
from dataclasses import replace
from datetime import datetime
from typing import Any

import strawberry

from aether.domain.estimates import Pace
from aether.domain.events import BEGINNING
from aether.domain.jobs import Failure
from aether.domain.uploads import UploadId, UploadStatus, topic_of
from aether.graphql.context import Info
from aether.graphql.estimates import Estimate
from aether.graphql.jobs import JobFailure, followed
from aether.graphql.scalars import BigInt
from aether.graphql.uploads import Upload


@strawberry.type
class UploadProgress:
    """An upload at one moment.

    Attributes:
        cursor: Give it as `after` to go on from here.
        gap: Whether something between `after` and this is lost; what is shown is the present all the same.
        upload: The upload; with its document and its job when all bytes are there.
        eta: When all bytes will be there, by how fast they came since one follows; none if that is not known.
        at: When it was so.
    """

    cursor: str
    gap: bool
    upload: Upload
    eta: Estimate | None
    at: datetime


@strawberry.type
class UploadSubscriptions:
    """Uploads, live."""

    @strawberry.subscription
    async def upload_progress(
        self, info: Info, upload_id: strawberry.ID, after: str | None = None
    ) -> AsyncGenerator[UploadProgress, None]:
        """One's own upload as it is, then how many bytes are kept, up to its end, however it ends.

        Args:
            upload_id: The upload.
            after: The cursor of the last one seen; everything behind it comes again.
        """
        ports, id = info.context.ports, UploadId(upload_id)
        now = ports.moment().now
        known = Upload.of(await ports.receiver.look(id, by=info.context.viewer), now=now)
        over = known.status not in {UploadStatus.RECEIVING, UploadStatus.FINISHING}
        if after is None or over:
            yield UploadProgress(cursor=BEGINNING, gap=False, upload=known, eta=None, at=now)
        if over:
            return
        pace = Pace()
        async for told in followed(info, topic_of(id), after):
            shown, at = _shown(known, told.event.payload), told.event.at
            pace.see(shown.offset, at=at)
            eta = _eta(pace, shown, at=at)
            yield UploadProgress(cursor=told.cursor, gap=told.gap, upload=shown, eta=eta, at=at)


def _eta(pace: Pace, upload: Upload, *, at: datetime) -> Estimate | None:
    if upload.status is not UploadStatus.RECEIVING or upload.length is None:
        return None
    rest = pace.rest(upload.length - upload.offset)
    return rest and Estimate.of(rest.since(at))


def _shown(upload: Upload, told: Mapping[str, Any]) -> Upload:
    """*upload*, as an event tells it."""
    failure = told.get("failure")
    return replace(
        upload,
        status=UploadStatus(told["status"]),
        offset=BigInt(told["offset"]),
        length=None if told["length"] is None else BigInt(told["length"]),
        document_id=told["document"],
        job_id=told["job"],
        error=JobFailure.of(failure and Failure(code=failure["code"], message=failure["message"])),
    )
