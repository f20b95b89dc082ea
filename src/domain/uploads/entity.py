"""The upload itself, the checksums of its pieces, and its refusals."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from enum import StrEnum
from typing import NewType

from aether.domain import checks, documents, jobs
from aether.domain.blobs import FileEmpty, FileTooLarge
from aether.domain.documents import DocumentId
from aether.domain.errors import Conflict, Forbidden, Invalid, Missing
from aether.domain.jobs import JobId, JobPriority
from aether.domain.notebooks import NotebookId
from aether.domain.tenants import TenantId
from aether.domain.users import UserId

UploadId = NewType("UploadId", str)

TYPE_MOST = 255
METADATA_MOST = 8_000
OPEN_MOST = 1_000
"""The most unfinished uploads that one person can have at a time."""
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
    COMPLETED = "completed"
    ABORTED = "aborted"
    EXPIRED = "expired"


class UploadMissing(Missing):
    """There is no such upload, or it is somebody else's."""

    code = "UPLOAD_NOT_FOUND"

    def __init__(self, id: str) -> None:
        super().__init__(f"There is no upload {id}.")


class UploadGone(Missing):
    """The upload was aborted, or has expired: nothing of it is left."""

    code = "UPLOAD_GONE"

    def __init__(self, id: str) -> None:
        super().__init__(f"The upload {id} was aborted or has expired; begin another.")


class UploadComplete(Conflict):
    """The upload is a document already: it cannot be aborted any more."""

    code = "UPLOAD_COMPLETE"

    def __init__(self, id: str, document: str) -> None:
        super().__init__(f"The upload {id} is the document {document} already; delete that.")


class UploadIsFinal(Forbidden):
    """The upload is put together of others, and takes no bytes of its own."""

    code = "UPLOAD_IS_FINAL"

    def __init__(self, id: str) -> None:
        super().__init__(f"The upload {id} is put together of others, and takes no bytes of its own.")


class UploadBusy(Conflict):
    """Bytes of the upload are coming on another connection right now.

    Attributes:
        retry_after_s: After how many seconds that connection counts no longer if it falls silent.
    """

    code = "UPLOAD_BUSY"

    def __init__(self, id: str, *, retry_after_s: float) -> None:
        super().__init__(f"Bytes of the upload {id} are coming on another connection right now.")
        self.retry_after_s = retry_after_s


class UploadTaken(Conflict):
    """Another connection goes on with the upload, since this one was silent for too long."""

    code = "UPLOAD_TAKEN"

    def __init__(self, id: str) -> None:
        super().__init__(f"Another connection goes on with the upload {id}.")


class OffsetWrong(Conflict):
    """The bytes do not begin where the upload stops.

    Attributes:
        offset: Where it stops: how many bytes are kept.
    """

    code = "UPLOAD_OFFSET_WRONG"

    def __init__(self, offset: int) -> None:
        super().__init__(f"{offset:,} bytes are kept, so the next ones must begin at offset {offset}.")
        self.offset = offset


class LengthWrong(Invalid):
    """The length of the upload cannot be this."""

    code = "UPLOAD_LENGTH_WRONG"

    def __init__(self, message: str) -> None:
        super().__init__(message, field="length")


class UploadOverrun(Invalid):
    """There are more bytes than were announced."""

    code = "UPLOAD_OVERRUN"

    def __init__(self, length: int) -> None:
        super().__init__(f"There are more bytes than the {length:,} that were announced.", field="length")


class ChecksumWrong(Invalid):
    """The bytes are not those of the checksum; none of them was kept."""

    code = "UPLOAD_CHECKSUM_WRONG"

    def __init__(self) -> None:
        super().__init__("The bytes are not those of the checksum; send them again.", field="checksum")


class PartUnfinished(Conflict):
    """A part of the upload is not complete."""

    code = "UPLOAD_PART_UNFINISHED"

    def __init__(self, id: str) -> None:
        super().__init__(f"The part {id} is not complete.")


class TooManyUploads(Invalid):
    """The viewer has as many unfinished uploads as one person can have."""

    code = "TOO_MANY_UPLOADS"

    def __init__(self) -> None:
        super().__init__(
            f"One person can have at most {OPEN_MOST:,} unfinished uploads; finish or abort some.",
            field="notebook",
        )


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
        if self.aborted_at is not None:
            return UploadStatus.ABORTED
        return UploadStatus.EXPIRED if now >= self.expires_at else UploadStatus.RECEIVING

    def live(self, *, now: datetime) -> "Upload":
        """This upload, if bytes can come, or it is a document.

        Raises:
            UploadGone: It was aborted, or has expired.
        """
        if self.status(now=now) in {UploadStatus.ABORTED, UploadStatus.EXPIRED}:
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
        return replace(self, document=document, job=job)

    def aborted(self, *, now: datetime) -> "Upload":
        """This upload, given up.

        Raises:
            UploadComplete: It is a document already.
        """
        if self.document is not None:
            raise UploadComplete(self.id, self.document)
        return replace(self, aborted_at=now)


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
    }
