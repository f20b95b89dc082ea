"""The upload itself, and the checksums of its pieces."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from enum import StrEnum
from typing import NewType

from aether.domain import checks, documents, jobs
from aether.domain.blobs import FileEmpty, FileTooLarge
from aether.domain.documents import DocumentId
from aether.domain.errors import Invalid
from aether.domain.jobs import Failure, JobId, JobPriority
from aether.domain.notebooks import NotebookId
from aether.domain.tenants import TenantId
from aether.domain.uploads.refusals import LengthWrong, UploadComplete, UploadGone
from aether.domain.users import UserId

UploadId = NewType("UploadId", str)

TYPE_MOST = 255
METADATA_MOST = 8_000
PARTS_MOST = 100
"""The most parts of which a file can be put together."""
ALGORITHMS: Mapping[str, int] = {"sha256": 32, "sha1": 20, "crc32": 4, "crc32c": 4}
"""What pieces can be checked by, and how many bytes it gives."""


class UploadKind(StrEnum):
    """What an upload is for."""

    WHOLE = "whole"
    PARTIAL = "partial"
    FINAL = "final"
    DIRECT = "direct"


class UploadStatus(StrEnum):
    """Where an upload is in its life."""

    RECEIVING = "receiving"
    FINISHING = "finishing"
    COMPLETED = "completed"
    FAILED = "failed"
    ABORTED = "aborted"
    EXPIRED = "expired"


@dataclass(frozen=True, slots=True, kw_only=True)
class Checksum:
    """What the bytes of one piece must give.

    Attributes:
        algorithm: One of `ALGORITHMS`.
        digest: Its result; for `crc32` and `crc32c` the number, its highest byte first.
    """

    algorithm: str
    digest: bytes

    @classmethod
    def new(cls, algorithm: str, digest: bytes) -> "Checksum":
        """A checksum as it was sent.

        Raises:
            Invalid: Nobody here knows the algorithm, or it gives another number of bytes.
        """
        size = ALGORITHMS.get(algorithm)
        if size is None:
            raise Invalid(f"The checksum must be one of {', '.join(ALGORITHMS)}.", field="checksum")
        if len(digest) != size:
            raise Invalid(f"A checksum by {algorithm} has {size} bytes, not {len(digest)}.", field="checksum")
        return cls(algorithm=algorithm, digest=digest)


@dataclass(frozen=True, slots=True, kw_only=True)
class Limits:
    """How much may come, and how long it may take.

    Attributes:
        most: The largest file, in bytes.
        lasts: After how long without a new byte an upload expires.
        waiting: How many jobs of a tenant may be open before it brings another file.
        batches_last: After how long a batch is forgotten.
    """

    most: int
    lasts: timedelta
    waiting: int = jobs.WAITING_MOST
    batches_last: timedelta = timedelta(days=30)

    def sized(self, length: int) -> int:
        """*length*, if a file can have it.

        Raises:
            FileEmpty: It is nothing.
            FileTooLarge: It is too much.
        """
        if length > self.most:
            raise FileTooLarge(self.most)
        if length < 1:
            raise FileEmpty
        return length


@dataclass(frozen=True, slots=True, kw_only=True)
class Draft:
    """What somebody is about to upload.

    Attributes:
        notebook: Where it goes; none for a part, which goes where the whole goes, and for a version.
        target: The document of which it is a new version; none if it becomes one of its own.
        filename: The name of the file; none for a part.
        length: How many bytes will come; none if that is told later.
        parts: The uploads of which it is put together, in order.
        metadata: What else was told, as it was told.
        priority: How soon what it becomes is processed.
    """

    notebook: NotebookId | None
    target: DocumentId | None = None
    filename: str | None
    declared_type: str | None = None
    length: int | None
    kind: UploadKind = UploadKind.WHOLE
    parts: tuple[UploadId, ...] = ()
    metadata: str = ""
    priority: JobPriority = JobPriority.NORMAL


@dataclass(frozen=True, slots=True, kw_only=True)
class Upload:
    """A file on its way, in as many pieces as it takes.

    How many of its bytes are kept is known where they lie, and nowhere else.

    Attributes:
        notebook: Where it goes; none for a part.
        target: The document of which it is a new version; none if it becomes one of its own.
        filename: The name of the file, without folders; none for a part.
        length: How many bytes will come; none if that is told later.
        parts: The uploads of which it is put together, in order.
        document: What became of it; none before.
        job: The job that processes the document; none also if that had these bytes already.
        aborted_at: When it was given up; none if it was not.
        finish_at: When a worker next looks whether to finish it, now that its bytes are all at the store;
            none if no worker is to.
        sha256: The hash that it must have then, in hexadecimal; none if that was not told.
        failure: Why it could not be finished; none if it could, or was not tried.
        priority: How soon what it becomes is processed.
    """

    id: UploadId
    tenant: TenantId
    owner: UserId
    notebook: NotebookId | None
    filename: str | None
    declared_type: str | None
    length: int | None
    kind: UploadKind
    parts: tuple[UploadId, ...]
    metadata: str
    target: DocumentId | None = None
    document: DocumentId | None = None
    job: JobId | None = None
    created_at: datetime
    expires_at: datetime
    aborted_at: datetime | None = None
    finish_at: datetime | None = None
    sha256: str | None = None
    failure: Failure | None = None
    priority: JobPriority = JobPriority.NORMAL

    @classmethod
    def new(
        cls, draft: Draft, *, id: UploadId, tenant: TenantId, owner: UserId, limits: Limits, now: datetime
    ) -> "Upload":
        """An upload at birth."""
        if draft.kind is not UploadKind.PARTIAL and (draft.notebook is None or draft.filename is None):
            raise Invalid(
                "Say the notebook, or the document of which it is a version, and the name of the file.",
                field="notebook",
            )
        if len(draft.metadata) > METADATA_MOST:
            raise Invalid(f"The metadata can have at most {METADATA_MOST:,} characters.", field="metadata")
        type = draft.declared_type
        return cls(
            id=id,
            tenant=tenant,
            owner=owner,
            notebook=draft.notebook,
            filename=None if draft.filename is None else documents.filename(draft.filename),
            declared_type=type and checks.line(type, field="content_type", most=TYPE_MOST),
            length=None if draft.length is None else limits.sized(draft.length),
            kind=draft.kind,
            parts=draft.parts,
            metadata=draft.metadata,
            target=draft.target,
            created_at=now,
            expires_at=now + limits.lasts,
            priority=draft.priority,
        )

    def status(self, *, now: datetime) -> UploadStatus:
        """Where it is in its life at *now*."""
        if self.document is not None:
            return UploadStatus.COMPLETED
        if self.failure is not None:
            return UploadStatus.FAILED
        if self.aborted_at is not None:
            return UploadStatus.ABORTED
        if now >= self.expires_at:
            return UploadStatus.EXPIRED
        return UploadStatus.RECEIVING if self.finish_at is None else UploadStatus.FINISHING

    @property
    def over(self) -> bool:
        """Whether it has ended, unless it expires."""
        return self.document is not None or self.failure is not None or self.aborted_at is not None

    def live(self, *, now: datetime) -> "Upload":
        """This upload, if bytes can come, or are all there, or it is a document.

        Raises:
            UploadGone: It was aborted, could not be finished, or has expired.
        """
        if self.status(now=now) in {UploadStatus.ABORTED, UploadStatus.FAILED, UploadStatus.EXPIRED}:
            raise UploadGone(self.id)
        return self

    def measured(self, length: int | None, *, kept: int, limits: Limits) -> "Upload":
        """This upload, told to have *length* bytes, of which *kept* are there; none tells nothing.

        Raises:
            LengthWrong: Another length was told before, or more bytes are kept already.
        """
        if length is None or length == self.length:
            return self
        if self.length is not None:
            raise LengthWrong(f"The length is {self.length} bytes already, and cannot become {length}.")
        if length < kept:
            raise LengthWrong(f"{kept:,} bytes are kept already, so the length cannot be {length}.")
        return replace(self, length=limits.sized(length))

    def ageing(self, *, limits: Limits, now: datetime) -> bool:
        """Whether less than half of its time is left."""
        return self.expires_at - now < limits.lasts / 2

    def prolonged(self, *, limits: Limits, now: datetime) -> "Upload":
        """This upload, given all of its time anew."""
        return replace(self, expires_at=now + limits.lasts)

    def completed(self, document: DocumentId, job: JobId | None) -> "Upload":
        """This upload, now a document."""
        return replace(self, document=document, job=job, finish_at=None)

    def finishing(self, *, sha256: str | None, limits: Limits, now: datetime) -> "Upload":
        """This upload, for a worker to finish, given all of its time anew."""
        return replace(self.prolonged(limits=limits, now=now), finish_at=now, sha256=sha256)

    def failed(self, failure: Failure, *, limits: Limits, now: datetime) -> "Upload":
        """This upload, which could not be finished; why is told for as long as one lasts."""
        return replace(self.prolonged(limits=limits, now=now), failure=failure, finish_at=None)

    def aborted(self, *, now: datetime) -> "Upload":
        """This upload, given up.

        Raises:
            UploadComplete: It is a document already.
        """
        if self.document is not None:
            raise UploadComplete(self.id, self.document)
        return replace(self, aborted_at=now, finish_at=None)


def document_of(id: UploadId) -> DocumentId:
    """The id of the document that an upload becomes: the same however often it is finished."""
    return DocumentId(f"document_{id.partition('_')[2]}")


def topic_of(id: UploadId) -> str:
    """The topic on which it is told how far an upload is."""
    return f"upload/{id}"


def told(upload: Upload, *, kept: int, now: datetime) -> dict[str, object]:
    """What listeners show of an upload of which so many bytes are kept."""
    return {
        "upload": upload.id,
        "status": upload.status(now=now).value,
        "offset": kept,
        "length": upload.length,
        "document": upload.document,
        "job": upload.job,
        "failure": upload.failure and {"code": upload.failure.code, "message": upload.failure.message},
    }
