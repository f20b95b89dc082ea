"""Versions: what the bytes of a document were, and are, each with a number that never changes.

A document shows one of its versions. A later one comes while that is found still, and takes its
place in one commit once it is understood; one that cannot be understood never does. History is
only added to: going back to an old version makes it a new one.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import NewType

from aether.domain import checks
from aether.domain.blobs import Blob, BlobKey
from aether.domain.documents.entity import (
    Arrival,
    Chunk,
    Document,
    DocumentId,
    EmbeddingStatus,
    Finding,
    ProcessingStatus,
    Understanding,
    filename,
    infection,
)
from aether.domain.errors import Invalid, Missing
from aether.domain.jobs import Failure, Job
from aether.domain.moments import Moment
from aether.domain.users import UserId

VersionId = NewType("VersionId", str)

VERSIONS_MOST = 1_000
"""The most versions that a document can have."""
NOTE_MOST = 500

SUPERSEDED = Failure(code="VERSION_SUPERSEDED", message="A later version came before it was processed.")
"""Why a version is not shown that was overtaken."""


class VersionMissing(Missing):
    """The document has no version with this number."""

    code = "VERSION_NOT_FOUND"

    def __init__(self, id: str, number: int) -> None:
        super().__init__(f"The document {id} has no version {number}.")


class TooManyVersions(Invalid):
    """The document has as many versions as one can have."""

    code = "TOO_MANY_VERSIONS"

    def __init__(self) -> None:
        super().__init__(f"A document can have at most {VERSIONS_MOST:,} versions.", field="id")


@dataclass(frozen=True, slots=True, kw_only=True)
class Version:
    """What the bytes of a document were at one time, and what was understood of them.

    Attributes:
        number: Its place in the history, from 1.
        original_filename: The name that the bytes came under.
        blob: Where its bytes are kept.
        understanding: What processing found out; none before.
        failure: Why it is not understood; none if it is, or may yet be.
        note: What whoever brought it said of it.
    """

    id: VersionId
    document: DocumentId
    number: int
    original_filename: str
    declared_type: str | None
    file_size: int
    file_hash: str
    blob: BlobKey
    status: ProcessingStatus = ProcessingStatus.PENDING
    understanding: Understanding | None = None
    failure: Failure | None = None
    note: str = ""
    uploaded_by: UserId
    uploaded_at: datetime

    @classmethod
    def new(
        cls, arrival: Arrival, *, of: DocumentId, number: int, note: str, by: UserId, at: Moment
    ) -> "Version":
        """A version at birth."""
        if number > VERSIONS_MOST:
            raise TooManyVersions
        return cls(
            id=VersionId(at.id("version", of)),
            document=of,
            number=number,
            original_filename=filename(arrival.filename),
            declared_type=arrival.declared_type,
            file_size=arrival.blob.size,
            file_hash=arrival.blob.sha256,
            blob=arrival.blob.key,
            note=checks.line(note, field="note", most=NOTE_MOST, least=0),
            uploaded_by=by,
            uploaded_at=at.now,
        )

    @classmethod
    def first(cls, document: Document) -> "Version":
        """The version with which *document* was made."""
        return cls(
            id=first_version(document.id),
            document=document.id,
            number=1,
            original_filename=document.original_filename,
            declared_type=document.declared_type,
            file_size=document.file_size,
            file_hash=document.file_hash,
            blob=document.blob,
            uploaded_by=document.uploaded_by,
            uploaded_at=document.uploaded_at,
        ).seen_in(document)

    @property
    def arrival(self) -> Arrival:
        """Its bytes, as they came."""
        blob = Blob(key=self.blob, size=self.file_size, sha256=self.file_hash)
        return Arrival(filename=self.original_filename, declared_type=self.declared_type, blob=blob)

    def seen_in(self, document: Document) -> "Version":
        """This version, with what is now known of it if *document* shows it."""
        if document.number != self.number:
            return self
        return replace(
            self, status=document.status, understanding=document.understanding, failure=document.failure
        )

    def begun(self) -> "Version":
        """This version while it is processed."""
        return replace(self, status=ProcessingStatus.PROCESSING, failure=infection(self.failure))

    def understood(self, understanding: Understanding) -> "Version":
        """This version with what processing found out."""
        return replace(self, understanding=understanding, failure=None)

    def completed(self) -> "Version":
        """This version, shown."""
        return replace(self, status=ProcessingStatus.COMPLETED, failure=None)

    @property
    def infected(self) -> bool:
        """Whether its bytes were found to harm, and not found clean since."""
        return infection(self.failure) is not None

    def failed(self, failure: Failure, *, scanned: bool = True) -> "Version":
        """This version, which is not shown, and why; what was not *scanned* again stays infected."""
        failure = failure if scanned else infection(self.failure) or failure
        return replace(self, status=ProcessingStatus.FAILED, failure=failure)

    def overtaken(self) -> "Version":
        """This version when a later one comes; what had an end keeps it."""
        over = self.status in {ProcessingStatus.COMPLETED, ProcessingStatus.FAILED}
        return self if over else self.failed(SUPERSEDED, scanned=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class Added:
    """What became of bytes that were brought for a document.

    Attributes:
        version: The version that they are.
        job: The job that processes it; none if the document had these bytes already.
    """

    document: Document
    version: Version
    job: Job | None


def first_version(document: DocumentId) -> VersionId:
    """The id of the version with which a document is made."""
    return VersionId(f"version_{document.partition('_')[2]}")


def staged(document: Document, version: Version) -> Document:
    """*document* as whoever processes *version* sees it, while it still shows another."""
    return replace(
        document,
        original_filename=version.original_filename,
        declared_type=version.declared_type,
        file_size=version.file_size,
        file_hash=version.file_hash,
        blob=version.blob,
        understanding=version.understanding,
        number=version.number,
    )


def showing(document: Document, version: Version, *, now: datetime) -> Document:
    """*document* when it shows *version*, of which nothing can be found yet."""
    return replace(
        staged(document, version),
        coming=None,
        status=ProcessingStatus.PENDING,
        embedding=EmbeddingStatus.PENDING,
        pii_detected=False,
        finding_count=0,
        chunk_count=0,
        vector_count=0,
        failure=None,
        updated_at=now,
    )


def exchanged(
    document: Document,
    version: Version,
    findings: Sequence[Finding],
    *,
    chunks: Sequence[Chunk],
    generation: str,
    now: datetime,
) -> Document:
    """*document* when it shows *version*, which is understood, cut and embedded."""
    if version.understanding is None:
        raise TypeError(f"{version.id} is shown before it was extracted.")
    shown = showing(document, version, now=now).begun(now=now)
    understood = shown.understood(version.understanding, findings, now=now)
    return understood.chunked(chunks, generation=generation, now=now).completed(now=now)
