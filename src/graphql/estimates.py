"""Estimates in the API: when jobs will be over, as far as that can be said."""

from datetime import datetime

import strawberry

from aether.domain import estimates, jobs
from aether.domain.documents import DocumentId
from aether.domain.errors import Unavailable
from aether.domain.estimates import Standing
from aether.domain.jobs import JobKind, JobStatus
from aether.graphql.context import Info


@strawberry.type
class Estimate:
    """When something will be over: of ten such things, one is over before the earliest, one after the latest.

    Attributes:
        earliest: It is hardly over before.
        likely: It is as likely over before as after.
        latest: It is hardly over after, unless others get in its way.
    """

    earliest: datetime
    likely: datetime
    latest: datetime

    @classmethod
    def of(cls, estimate: estimates.Estimate | None) -> "Estimate | None":
        """*estimate*, if there is one."""
        return (
            None
            if estimate is None
            else cls(earliest=estimate.earliest, likely=estimate.likely, latest=estimate.latest)
        )


async def estimate_of(info: Info, job: jobs.Job) -> estimates.Estimate | None:
    """When a job that the viewer may see will be over; none if that cannot be said now."""
    if job.status.over or job.kind is not JobKind.PROCESSING:
        return None
    try:
        return await _estimated(info, job)
    except Unavailable:
        return None


async def _estimated(info: Info, job: jobs.Job) -> estimates.Estimate | None:
    ports, loaders = info.context.ports, info.context.loaders
    now = ports.moment().now
    running = job.status is JobStatus.RUNNING
    if running and (told := await loaders.estimates.load(job.ticket)) is not None:
        return told.not_before(now)
    document = await loaders.documents.load(DocumentId(job.subject))
    if document is None:
        return None
    runs = await loaders.runs.load(None)
    spent_s = max(0.0, (now - job.updated_at).total_seconds()) if running else 0.0
    rest = estimates.rest(
        runs,
        suffix=estimates.suffix_of(document.document.original_filename),
        size=document.document.file_size,
        standing=Standing(stage=job.stage, spent_s=spent_s),
    )
    if rest is None or running:
        return rest and rest.since(now)
    waits = estimates.wait(runs, await loaders.places.load(job.ticket))
    return waits and rest.after(waits).since(now)
