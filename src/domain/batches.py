"""Batches: files that somebody brings to a notebook together, and what becomes of each.

A batch knows the names of its files, their uploads, and why some were refused; everything else is read
from what they became, so it stays true when the uploads are forgotten. Who brings it is the only one
who sees it, and after a while it is forgotten, whatever became of its files.
"""

from collections import Counter
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import NewType, Protocol

from aether.domain import uploads
from aether.domain.documents import DocumentId
from aether.domain.errors import Missing
from aether.domain.jobs import Failure, Job, JobId, JobStatus
from aether.domain.notebooks import NotebookId
from aether.domain.tenants import TenantId
from aether.domain.uploads import Upload, UploadId, UploadStatus, document_of
from aether.domain.users import UserId
from aether.domain.viewers import Viewer

BatchId = NewType("BatchId", str)


class FileStatus(StrEnum):
    """What has become of a file so far."""

    UPLOADING = "uploading"
    WAITING = "waiting"
    RUNNING = "running"
    DONE = "done"
    FAILED = "failed"
    CANCELLED = "cancelled"


_OF_JOBS: Mapping[JobStatus, FileStatus] = {
    JobStatus.PENDING: FileStatus.WAITING,
    JobStatus.QUEUED: FileStatus.WAITING,
    JobStatus.RUNNING: FileStatus.RUNNING,
    JobStatus.COMPLETED: FileStatus.DONE,
    JobStatus.FAILED: FileStatus.FAILED,
    JobStatus.CANCELLED: FileStatus.CANCELLED,
}
_EXPIRED = Failure(code="UPLOAD_GONE", message="Its bytes did not come in time.")


class BatchMissing(Missing):
    """There is no such batch, or it is somebody else's."""

    code = "UPLOAD_BATCH_NOT_FOUND"

    def __init__(self, id: str) -> None:
        super().__init__(f"There is no batch {id}.")


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """A file of a batch, as it was announced.

    Attributes:
        size: How many bytes will come; none if that is told later.
        upload: The upload that was begun; none if it was refused.
        refusal: Why no upload was begun.
    """

    name: str
    size: int | None
    upload: UploadId | None = None
    refusal: Failure | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Batch:
    """Files that somebody brings together, in the order given."""

    id: BatchId
    tenant: TenantId
    owner: UserId
    notebook: NotebookId
    entries: tuple[Entry, ...]
    created_at: datetime

    @property
    def uploads(self) -> tuple[UploadId, ...]:
        """The uploads that were begun."""
        return tuple(entry.upload for entry in self.entries if entry.upload is not None)


@dataclass(frozen=True, slots=True, kw_only=True)
class File:
    """What has become of a file of a batch.

    Attributes:
        progress: How much of it is done, from 0 to 100: half of it is its bytes, half its job.
        document: What it became; none while its bytes come.
        job: The latest job of the document.
        failure: Why nothing came of it.
    """

    entry: Entry
    status: FileStatus
    progress: float
    document: DocumentId | None = None
    job: JobId | None = None
    failure: Failure | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class SeenBatch:
    """A batch, and what has become of each file."""

    batch: Batch
    files: Sequence[File]

    def count(self, status: FileStatus) -> int:
        """How many files are in that status."""
        return Counter(file.status for file in self.files)[status]

    @property
    def progress(self) -> int:
        """How much of all is done, from 0 to 100, large files counting more; 100 only if nothing is open."""
        known = [file.entry.size for file in self.files if file.entry.size]
        usual = sum(known) / len(known) if known else 1
        weights = [file.entry.size or usual for file in self.files]
        done = sum(weight * file.progress for weight, file in zip(weights, self.files, strict=True))
        return int(done / sum(weights)) if weights else 100


def of_upload(entry: Entry, upload: Upload, *, kept: int, now: datetime) -> File:
    """A file whose upload is no document yet, and of which so many bytes are kept."""
    match upload.status(now=now):
        case UploadStatus.ABORTED:
            return File(entry=entry, status=FileStatus.CANCELLED, progress=100)
        case UploadStatus.FAILED:
            return File(entry=entry, status=FileStatus.FAILED, progress=100, failure=upload.failure)
        case UploadStatus.EXPIRED:
            return File(entry=entry, status=FileStatus.FAILED, progress=100, failure=_EXPIRED)
        case _:
            share = min(1.0, kept / upload.length) if upload.length else 0.0
            return File(entry=entry, status=FileStatus.UPLOADING, progress=50 * share)


def of_job(entry: Entry, job: Job) -> File:
    """A file that is a document, with the latest job of that."""
    return File(
        entry=entry,
        status=_OF_JOBS[job.status],
        progress=100 if job.status.over else 50 + job.progress / 2,
        document=DocumentId(job.subject),
        job=job.id,
        failure=job.failure,
    )


def of_nothing(entry: Entry) -> File:
    """A file of which nothing is left: it was refused, its bytes never came, or its document is gone."""
    failure = entry.refusal or (None if entry.upload is None else _EXPIRED)
    return File(entry=entry, status=FileStatus.FAILED, progress=100, failure=failure)


class Batches(Protocol):
    """Where batches are kept."""

    async def get_many(self, ids: Collection[BatchId]) -> Mapping[BatchId, Batch]:
        """Those of the batches that exist, by id; the others are left out."""
        ...

    async def add(self, batch: Batch) -> None:
        """Keep a new batch."""
        ...

    async def jobs(self, documents: Collection[DocumentId]) -> Mapping[DocumentId, Job]:
        """The latest job that processes each of the documents; those without one are left out."""
        ...

    async def forget(self, *, before: datetime, limit: int) -> int:
        """Forget batches of all tenants that were begun before then; gives back how many."""
        ...


class Work(uploads.Work, Protocol):
    """A transaction in which batches can be read and written."""

    @property
    def batches(self) -> Batches:
        """The batches."""
        ...


async def add(
    work: Work, entries: Sequence[Entry], *, id: BatchId, notebook: NotebookId, by: Viewer, now: datetime
) -> Batch:
    """Note that these files come together."""
    by.creates()
    batch = Batch(
        id=id, tenant=by.tenant, owner=by.user, notebook=notebook, entries=tuple(entries), created_at=now
    )
    await work.batches.add(batch)
    return batch


async def get(
    work: Work, *, id: BatchId, by: Viewer
) -> tuple[Batch, Mapping[UploadId, Upload], Mapping[DocumentId, Job]]:
    """One's own batch, those of its uploads that are known still, and the latest job of each document.

    Raises:
        BatchMissing: It does not exist, or is somebody else's.
    """
    batch = (await work.batches.get_many([id])).get(id)
    if batch is None or batch.owner != by.user:
        raise BatchMissing(id)
    found = await work.uploads.get_many(batch.uploads)
    return batch, found, await work.batches.jobs([document_of(upload) for upload in batch.uploads])


async def forget(work: Work, *, before: datetime, limit: int) -> int:
    """Forget batches of all tenants that were begun before then, and nothing of their files."""
    return await work.batches.forget(before=before, limit=limit)
