"""The document itself, its chunks, and its refusals."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from enum import StrEnum
from typing import Any, NewType

from aether.domain import checks
from aether.domain.access import Permission
from aether.domain.blobs import Blob, BlobKey
from aether.domain.errors import Conflict, Forbidden, Missing
from aether.domain.jobs import Failure
from aether.domain.notebooks import NotebookId
from aether.domain.scanning import FileInfected
from aether.domain.sensitive import SensitiveKind
from aether.domain.tenants import TenantId
from aether.domain.users import UserId

DocumentId = NewType("DocumentId", str)
ChunkId = NewType("ChunkId", str)
FindingId = NewType("FindingId", str)

NAME_MOST = 255
MEGABYTE = 1_000_000
FINDINGS_MOST = 10_000
"""How many findings of a document are kept: the first ones."""
CHUNKS_AT_ONCE = 100
"""How many chunks one transaction adds, drops or moves."""


class ProcessingStatus(StrEnum):
    """How far a document is understood."""

    PENDING = "pending"
    PROCESSING = "processing"
    COMPLETED = "completed"
    FAILED = "failed"


class EmbeddingStatus(StrEnum):
    """Whether a document can be found by meaning."""

    PENDING = "pending"
    RUNNING = "running"
    DONE = "done"
    FAILED = "failed"


class DocumentMissing(Missing):
    """There is no such document, or the viewer may not know of it."""

    code = "DOCUMENT_NOT_FOUND"

    def __init__(self, id: str) -> None:
        super().__init__(f"There is no document {id}.")


class DocumentQuarantined(Forbidden):
    """The document would harm whoever opens it."""

    code = "DOCUMENT_QUARANTINED"

    def __init__(self, id: str) -> None:
        super().__init__(f"{id} was found to carry a virus, and is kept from everybody.")


class DocumentStale(Conflict):
    """Somebody else changed the document since it was read."""

    code = "DOCUMENT_STALE"

    def __init__(self, id: str, *, expected: int, found: int) -> None:
        super().__init__(f"The document {id} is at version {found}, not {expected}: read it again.")


class DocumentInside(Conflict):
    """The document came in another one, and lies where that lies."""

    code = "DOCUMENT_INSIDE"

    def __init__(self, id: str, *, container: str) -> None:
        super().__init__(f"The document {id} came in {container}: move that, or copy this.")


class DocumentBusy(Conflict):
    """The document is being processed already."""

    code = "DOCUMENT_BUSY"

    def __init__(self, id: str) -> None:
        super().__init__(f"The document {id} is being processed; cancel that first.")


@dataclass(frozen=True, slots=True, kw_only=True)
class Arrival:
    """A file as it arrived.

    Attributes:
        filename: The name it came under, without folders.
        declared_type: The media type it came under; its bytes decide in the end.
        blob: Where its bytes are kept.
    """

    filename: str
    declared_type: str | None
    blob: Blob


@dataclass(frozen=True, slots=True, kw_only=True)
class Understanding:
    """What processing found out about a document.

    Attributes:
        content_type: The media type that its bytes tell.
        texts: The blob with the extracted text and its anchors.
        metadata: What the file says of itself; JSON values only.
    """

    content_type: str
    title: str | None
    page_count: int | None
    characters: int
    extractor: str
    texts: BlobKey
    metadata: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class Inside:
    """Where a document came from that was a file within another one.

    Attributes:
        container: The document that holds it.
        outermost: The one that holds them all.
        path: The folders in which it lay there, and its name.
        depth: How many documents hold it, one within the other.
    """

    container: DocumentId
    outermost: DocumentId
    path: str
    depth: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Document:
    """A file in a notebook, and what was understood of it.

    Attributes:
        file_hash: The SHA-256 of its bytes, in hexadecimal.
        blob: Where its bytes are kept.
        tier: 1 below 10 MB, 2 up to 1 GB, 3 above.
        understanding: What processing found out; none before.
        pii_detected: Whether it says something about a person that is not for everybody.
        finding_count: How many findings of it are kept.
        vector_count: How many of its chunks are found by meaning too, and not by their words alone.
        generation: Which of its chunks it shows: while it is cut anew, there are others besides.
        failure: Why processing failed; none if it did not.
        version: Rises with every change that people make; starts at 1.
        inside: In which document it came, such as an archive; none if it came by itself.
        number: Which of its versions it shows: all of the above is of that one.
        coming: The number of a later version that is not shown, because it is being processed, or could
            not be; none where there is none.
    """

    id: DocumentId
    tenant: TenantId
    notebook: NotebookId
    name: str
    original_filename: str
    declared_type: str | None
    file_size: int
    file_hash: str
    blob: BlobKey
    status: ProcessingStatus = ProcessingStatus.PENDING
    embedding: EmbeddingStatus = EmbeddingStatus.PENDING
    understanding: Understanding | None = None
    pii_detected: bool = False
    finding_count: int = 0
    chunk_count: int = 0
    vector_count: int = 0
    generation: str = ""
    failure: Failure | None = None
    version: int = 1
    number: int = 1
    coming: int | None = None
    uploaded_by: UserId
    uploaded_at: datetime
    updated_at: datetime
    processed_at: datetime | None = None
    inside: Inside | None = None

    @classmethod
    def new(
        cls,
        arrival: Arrival,
        *,
        inside: Inside | None = None,
        id: DocumentId,
        tenant: TenantId,
        notebook: NotebookId,
        by: UserId,
        now: datetime,
    ) -> "Document":
        """A document at birth, named after its file."""
        name = filename(arrival.filename)
        return cls(
            id=id,
            tenant=tenant,
            notebook=notebook,
            name=name,
            original_filename=name,
            declared_type=arrival.declared_type,
            file_size=arrival.blob.size,
            file_hash=arrival.blob.sha256,
            blob=arrival.blob.key,
            uploaded_by=by,
            uploaded_at=now,
            updated_at=now,
            inside=inside,
        )

    @property
    def tier(self) -> int:
        """How large it is, as far as processing cares: 1 below 10 MB, 2 up to 1 GB, 3 above."""
        return 1 if self.file_size < 10 * MEGABYTE else 2 if self.file_size <= 1000 * MEGABYTE else 3

    @property
    def latest(self) -> int:
        """The number of its latest version, shown or not."""
        return self.number if self.coming is None else self.coming

    def at_version(self, expected: int | None) -> "Document":
        """This document, if nobody changed it since *expected*; none asks for no check."""
        if expected is not None and expected != self.version:
            raise DocumentStale(self.id, expected=expected, found=self.version)
        return self

    def renamed(self, name: str, *, now: datetime) -> "Document":
        """This document under another name."""
        name = checks.line(name, field="name", most=NAME_MOST)
        return (
            self if name == self.name else replace(self, name=name, version=self.version + 1, updated_at=now)
        )

    def within(self, notebook: NotebookId, *, now: datetime) -> "Document":
        """This document in another notebook."""
        if notebook == self.notebook:
            return self
        return replace(self, notebook=notebook, version=self.version + 1, updated_at=now)

    def understood(
        self, understanding: Understanding, findings: Sequence["Finding"] = (), *, now: datetime
    ) -> "Document":
        """This document with what processing found out, and what of it is sensitive."""
        return replace(
            self,
            understanding=understanding,
            pii_detected=any(finding.kind.personal for finding in findings),
            finding_count=len(findings),
            failure=None,
            updated_at=now,
        )

    def chunked(self, chunks: Sequence["Chunk"], *, generation: str, now: datetime) -> "Document":
        """This document, cut into *chunks* that can be found by their words."""
        return replace(
            self,
            generation=generation,
            chunk_count=len(chunks),
            vector_count=sum(chunk.vectored for chunk in chunks),
            embedding=EmbeddingStatus.RUNNING,
            updated_at=now,
        )

    def begun(self, *, now: datetime) -> "Document":
        """This document while it is processed."""
        still = infection(self.failure)
        return replace(self, status=ProcessingStatus.PROCESSING, failure=still, updated_at=now)

    def completed(self, *, now: datetime) -> "Document":
        """This document, understood and indexed."""
        return replace(
            self,
            status=ProcessingStatus.COMPLETED,
            embedding=EmbeddingStatus.DONE,
            updated_at=now,
            processed_at=now,
        )

    @property
    def infected(self) -> bool:
        """Whether its bytes were found to harm, and not found clean since."""
        return infection(self.failure) is not None

    def failed(self, failure: Failure, *, scanned: bool = True, now: datetime) -> "Document":
        """This document, of which nothing was made, and why; what was not *scanned* again stays infected."""
        failure = failure if scanned else infection(self.failure) or failure
        embedding = EmbeddingStatus.FAILED if self.embedding is EmbeddingStatus.RUNNING else self.embedding
        return replace(
            self, status=ProcessingStatus.FAILED, embedding=embedding, failure=failure, updated_at=now
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class Chunk:
    """A passage of a document, small enough to be found and shown.

    Attributes:
        ordinal: Its place among the document's chunks, from 0.
        page: The page it begins on, from 1; none where there are no pages.
        start: Where it begins in the document's text, in code points.
        end: Where it ends, exclusive.
        headings: The headings above it, from the top down.
        file_hash: The bytes it was cut from.
        vectored: Whether it has a vector, by which it is found by meaning too.
    """

    id: ChunkId
    document: DocumentId
    ordinal: int
    page: int | None
    start: int
    end: int
    headings: tuple[str, ...]
    text: str
    text_hash: str
    file_hash: str
    vectored: bool = True


@dataclass(frozen=True, slots=True, kw_only=True)
class Finding:
    """Something sensitive that a document says, and where; what it says stands in its text alone.

    Attributes:
        ordinal: Its place among the document's findings, from 0.
        page: The page it is on, from 1; none where there are no pages.
        start: Where it begins in the document's text, in code points.
        end: Where it ends, exclusive.
        confidence: How sure it is, above 0 and at most 1.
        masked: What is there, as it may be shown.
        file_hash: The bytes it was found in.
    """

    id: FindingId
    document: DocumentId
    ordinal: int
    kind: SensitiveKind
    page: int | None
    start: int
    end: int
    confidence: float
    masked: str
    file_hash: str


@dataclass(frozen=True, slots=True, kw_only=True)
class SeenDocument:
    """A document as one viewer sees it, and what the graph lets them do to it."""

    document: Document
    permission: Permission


def infection(failure: Failure | None) -> Failure | None:
    """*failure*, if it is that the bytes were found to harm; it stays until they are found clean."""
    return failure if failure is not None and failure.code == FileInfected.code else None


def filename(given: str) -> str:
    """The name of a file without its folders, checked.

    Raises:
        Invalid: It is empty, too long, or holds control characters.
    """
    bare = given.replace("\\", "/").rsplit("/", 1)[-1]
    name = checks.line(bare, field="filename", most=NAME_MOST)
    return checks.line(name.strip(". ") and name, field="filename", most=NAME_MOST)
