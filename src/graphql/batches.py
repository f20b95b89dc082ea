"""Batches in the API: files that are brought together, watched and cancelled together."""

from contextlib import suppress
from datetime import datetime
from typing import TYPE_CHECKING, Annotated

import strawberry

from aether.domain import batches, documents
from aether.domain.batches import BatchId, BatchMissing, FileStatus, SeenBatch
from aether.domain.errors import Refused
from aether.domain.uploads import UploadId
from aether.graphql.context import Info
from aether.graphql.documents import Document, document_by_id
from aether.graphql.jobs import Job, JobFailure, job_by_id
from aether.graphql.refusals import Payload, mutation
from aether.graphql.scalars import BigInt

if TYPE_CHECKING:
    from aether.graphql.notebooks import Notebook


@strawberry.type
class UploadBatchFile:
    """What has become of a file of a batch.

    Attributes:
        name: Its name, as it was announced.
        size: Its size in bytes, as it was announced.
        status: What has become of it so far.
        progress: How much of it is done, from 0 to 100: half of it is its bytes, half its job.
        upload_id: The upload that was begun; none if it was refused.
        error: Why nothing came of it.
    """

    name: str
    size: BigInt | None
    status: FileStatus
    progress: int
    upload_id: strawberry.ID | None
    error: JobFailure | None
    document_id: strawberry.Private[str | None]
    job_id: strawberry.Private[str | None]

    @classmethod
    def of(cls, file: batches.File) -> "UploadBatchFile":
        """*file*, shown to whoever brings it."""
        entry = file.entry
        return cls(
            name=entry.name,
            size=None if entry.size is None else BigInt(entry.size),
            status=file.status,
            progress=int(file.progress),
            upload_id=None if entry.upload is None else strawberry.ID(entry.upload),
            error=JobFailure.of(file.failure),
            document_id=file.document,
            job_id=file.job,
        )

    @strawberry.field
    async def document(self, info: Info) -> Document | None:
        """What it became; none while its bytes come, and when it is gone."""
        return None if self.document_id is None else await document_by_id(info, self.document_id)

    @strawberry.field
    async def job(self, info: Info) -> Job | None:
        """The latest job of the document."""
        return None if self.job_id is None else await job_by_id(info, self.job_id)


@strawberry.type
class UploadBatchCounts:
    """How many files of a batch are where.

    Attributes:
        uploading: Their bytes come.
        waiting: They wait for a worker.
        running: They are processed.
        done: They are understood and found.
        failed: Nothing came of them.
        cancelled: They were given up.
    """

    uploading: int
    waiting: int
    running: int
    done: int
    failed: int
    cancelled: int


@strawberry.type
class UploadBatch:
    """Files that are brought together, which only whoever brings them sees.

    Attributes:
        id: Its id.
        created_at: When it was begun.
        total: How many files it has.
        counts: How many files are where.
        progress: How much of all is done, from 0 to 100; large files count more.
        files: What has become of each file, in the order given.
    """

    id: strawberry.ID
    created_at: datetime
    total: int
    counts: UploadBatchCounts
    progress: int
    files: list[UploadBatchFile]
    notebook_id: strawberry.Private[str]

    @classmethod
    def of(cls, seen: SeenBatch) -> "UploadBatch":
        """A batch, shown to whoever brings it."""
        return cls(
            id=strawberry.ID(seen.batch.id),
            created_at=seen.batch.created_at,
            total=len(seen.files),
            counts=UploadBatchCounts(**{status.value: seen.count(status) for status in FileStatus}),
            progress=seen.progress,
            files=[UploadBatchFile.of(file) for file in seen.files],
            notebook_id=seen.batch.notebook,
        )

    @strawberry.field
    async def notebook(
        self, info: Info
    ) -> Annotated["Notebook", strawberry.lazy("aether.graphql.notebooks")] | None:
        """The notebook it goes to."""
        from aether.graphql.notebooks import notebook_by_id

        return await notebook_by_id(info, self.notebook_id)


@strawberry.input
class CancelUploadBatchInput:
    """Which batch to give up.

    Attributes:
        id: One of one's own batches.
    """

    id: strawberry.ID


@strawberry.type
class CancelUploadBatchPayload(Payload):
    """The batch, given up.

    Attributes:
        batch: The batch; none if it was refused.
    """

    batch: UploadBatch | None = None


async def batch_by_id(info: Info, id: str) -> UploadBatch:
    """One's own batch, with what has become of each file.

    Raises:
        BatchMissing: It does not exist, or is somebody else's.
    """
    return UploadBatch.of(await info.context.ports.receiver.batch(BatchId(id), by=info.context.viewer))


@strawberry.type
class BatchQueries:
    """Questions about batches."""

    @strawberry.field
    async def upload_batch(self, info: Info, id: strawberry.ID) -> UploadBatch | None:
        """One's own batch with this id.

        Args:
            id: The batch's id.
        """
        try:
            return await batch_by_id(info, id)
        except BatchMissing:
            return None


@strawberry.type
class BatchMutations:
    """Changes to batches."""

    @mutation
    async def cancel_upload_batch(
        self, info: Info, input: CancelUploadBatchInput
    ) -> CancelUploadBatchPayload:
        """Give up whatever of a batch is not done: uploads are aborted, jobs cancelled.

        Args:
            input: Which batch.
        """
        context = info.context
        context.viewer.creates()
        seen = await context.ports.receiver.batch(BatchId(input.id), by=context.viewer)
        for file in seen.files:
            await _given_up(info, file)
        return CancelUploadBatchPayload(batch=await batch_by_id(info, input.id))


async def _given_up(info: Info, file: batches.File) -> None:
    """Give a file up, unless it is over, or is no longer one's own to give up."""
    context = info.context
    with suppress(Refused):
        if file.status is FileStatus.UPLOADING and file.entry.upload is not None:
            await context.ports.receiver.abort(UploadId(file.entry.upload), by=context.viewer)
        elif file.status in {FileStatus.WAITING, FileStatus.RUNNING} and file.job is not None:
            await context.write(documents.cancel, job=file.job, by=context.viewer, at=context.ports.moment())
