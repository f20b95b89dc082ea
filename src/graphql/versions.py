"""Versions of documents in the API: what their bytes were, and going back to them."""

from datetime import datetime
from typing import TYPE_CHECKING, Annotated

import strawberry

from aether.domain import documents
from aether.domain.documents import DocumentId, ProcessingStatus
from aether.graphql.context import Info
from aether.graphql.jobs import Job, JobFailure
from aether.graphql.lists import Connection, connection, part
from aether.graphql.refusals import Payload, mutation
from aether.graphql.scalars import BigInt
from aether.graphql.users import User, user_by_id

if TYPE_CHECKING:
    from aether.graphql.documents import Document


@strawberry.type
class DocumentVersion:
    """What the bytes of a document were, and are, at one time.

    Attributes:
        id: Its id.
        number: Its place in the document's history, from 1; it never changes.
        original_filename: The name that the bytes came under.
        content_type: What the bytes are; none until they are extracted.
        file_size: Their number.
        file_hash: Their SHA-256, in hexadecimal.
        page_count: How many pages they have; none where there are no pages.
        processing_status: How far it is understood. Only what is completed is ever shown by the document.
        error: Why it could not be understood; none if it could, or may yet be.
        note: What whoever brought it said of it.
        uploaded_at: When it came.
    """

    id: strawberry.ID
    number: int
    original_filename: str
    content_type: str | None
    file_size: BigInt
    file_hash: str
    page_count: int | None
    processing_status: ProcessingStatus
    error: JobFailure | None
    note: str
    uploaded_at: datetime
    document_id: strawberry.Private[str]
    uploader_id: strawberry.Private[str]

    @classmethod
    def of(cls, version: documents.Version) -> "DocumentVersion":
        """*version*, shown to those who may read its document."""
        found = version.understanding
        return cls(
            id=strawberry.ID(version.id),
            number=version.number,
            original_filename=version.original_filename,
            content_type=found.content_type if found else None,
            file_size=BigInt(version.file_size),
            file_hash=version.file_hash,
            page_count=found.page_count if found else None,
            processing_status=version.status,
            error=JobFailure.of(version.failure),
            note=version.note,
            uploaded_at=version.uploaded_at,
            document_id=version.document,
            uploader_id=version.uploaded_by,
        )

    @strawberry.field
    async def uploaded_by(self, info: Info) -> User | None:
        """Who brought it; none if they are gone."""
        return await user_by_id(info, self.uploader_id)

    @strawberry.field
    def download_url(self) -> str:
        """Where exactly these bytes are, for whoever may read the document."""
        return f"/documents/{self.document_id}/content?version={self.number}"


async def versions_of(
    info: Info, document: DocumentId, *, first: int, after: str | None
) -> Connection[DocumentVersion]:
    """A page of the versions of *document*, the latest first."""
    listing = f"versions/{document}"
    wanted = part(info, first=first, after=after, listing=listing)
    page = await info.context.read(documents.versions, document=document, part=wanted, by=info.context.viewer)
    return connection(info, page, DocumentVersion.of, slice=wanted, listing=listing)


async def twins_of(info: Info, file_hash: str, *, besides: DocumentId | None = None) -> list["Document"]:
    """The documents with these bytes that the viewer may read."""
    from aether.graphql.documents import Document

    viewer = info.context.viewer
    found = await info.context.read(documents.twins, file_hash=file_hash, besides=besides, by=viewer)
    return [Document.of(seen, viewer) for seen in found]


@strawberry.input
class RestoreDocumentVersionInput:
    """Which version of which document to go back to.

    Attributes:
        id: The document.
        number: The number of the version.
    """

    id: strawberry.ID
    number: int


@strawberry.type
class RestoreDocumentVersionPayload(Payload):
    """The document, and the new version that it will show.

    Attributes:
        version: The new version, or the latest if that has these bytes already; none if it was refused.
        job: The job that processes it; none if it was refused, or there is nothing to do.
        unchanged: Whether the latest version has these bytes already, so that nothing was done.
        shown: The id of the document; none if it was refused.
    """

    version: DocumentVersion | None = None
    job: Job | None = None
    unchanged: bool = False
    shown: strawberry.Private[str | None] = None

    @strawberry.field
    async def document(
        self, info: Info
    ) -> Annotated["Document", strawberry.lazy("aether.graphql.documents")] | None:
        """The document; none if it was refused."""
        from aether.graphql.documents import document_by_id

        return None if self.shown is None else await document_by_id(info, self.shown)


@strawberry.type
class VersionMutations:
    """Changes to versions of documents."""

    @mutation
    async def restore_document_version(
        self, info: Info, input: RestoreDocumentVersionInput
    ) -> RestoreDocumentVersionPayload:
        """Have a document show an old version again, as a new one; takes the permission to write.

        Args:
            input: Which version.
        """
        added = await info.context.write(
            documents.restore_version,
            id=DocumentId(input.id),
            number=input.number,
            waiting=info.context.ports.receiver.limits.waiting,
            by=info.context.viewer,
            at=info.context.ports.moment(),
        )
        return RestoreDocumentVersionPayload(
            version=DocumentVersion.of(added.version),
            job=None if added.job is None else Job.of(added.job),
            unchanged=added.job is None,
            shown=added.document.id,
        )
