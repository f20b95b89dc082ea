"""The type that shows a document."""

from datetime import datetime
from typing import TYPE_CHECKING, Annotated

import strawberry
from strawberry.scalars import JSON

from aether.domain import documents
from aether.domain.access import Permission
from aether.domain.blobs import BlobKey
from aether.domain.documents import DocumentId, EmbeddingStatus, ProcessingStatus
from aether.domain.pages import Page, Slice
from aether.domain.previews import PREVIEWED, width_for
from aether.domain.viewers import Viewer
from aether.graphql.context import Info
from aether.graphql.documents.addresses import download_url, page_image_url, thumbnail_url
from aether.graphql.documents.passages import Chunk, chunks_listing
from aether.graphql.findings import Finding, findings_listing
from aether.graphql.jobs import Job, JobFailure
from aether.graphql.lists import Connection, connection, part
from aether.graphql.nodes import Node
from aether.graphql.scalars import BigInt
from aether.graphql.tables import Table, tables_in
from aether.graphql.users import User, user_by_id
from aether.graphql.versions import DocumentVersion, twins_of, versions_of

if TYPE_CHECKING:
    from aether.graphql.notebooks import Notebook


@strawberry.type
class Document(Node):
    """A file in a notebook, and what is understood of it.

    Attributes:
        name: Its name.
        original_filename: The name it came under.
        content_type: What its bytes are; none until it is extracted.
        file_size: Its size in bytes.
        file_hash: The SHA-256 of its bytes, in hexadecimal.
        processing_tier: 1 below 10 MB, 2 up to 1 GB, 3 above.
        processing_status: How far it is understood.
        embedding_status: Whether it can be found by meaning.
        title: The title it gives itself, if any.
        page_count: How many pages it has; none where there are no pages.
        chunk_count: Into how many chunks it is cut.
        vector_count: How many of its chunks are found by meaning too; all, unless its tables are long.
        pii_detected: Whether it says something about a person that is not for everybody; see `findings`.
        metadata: What it says of itself, such as its author.
        error: Why it could not be understood; none if it could.
        version: Rises with every change that people make.
        uploaded_at: When it came.
        processed_at: When it was last understood in full.
        viewer_permission: What one may do to it: what one may do to its notebook.
        path_in_container: The folders and the name under which it lay in its container; none if it has none.
    """

    name: str
    original_filename: str
    content_type: str | None
    file_size: BigInt
    file_hash: str
    processing_tier: int
    processing_status: ProcessingStatus
    embedding_status: EmbeddingStatus
    title: str | None
    page_count: int | None
    chunk_count: int
    vector_count: int
    pii_detected: bool
    metadata: JSON | None
    error: JobFailure | None
    version: int
    uploaded_at: datetime
    processed_at: datetime | None
    viewer_permission: Permission
    path_in_container: str | None
    container_id: strawberry.Private[str | None]
    notebook_id: strawberry.Private[str]
    uploader_id: strawberry.Private[str]
    number: strawberry.Private[int]
    texts: strawberry.Private[BlobKey | None]

    @classmethod
    def of(cls, seen: documents.SeenDocument, viewer: Viewer) -> "Document":
        """*seen*, as its viewer sees it."""
        document, found = seen.document, seen.document.understanding
        return cls(
            id=strawberry.ID(document.id),
            name=document.name,
            original_filename=document.original_filename,
            content_type=found.content_type if found else None,
            file_size=BigInt(document.file_size),
            file_hash=document.file_hash,
            processing_tier=document.tier,
            processing_status=document.status,
            embedding_status=document.embedding,
            title=found.title if found else None,
            page_count=found.page_count if found else None,
            chunk_count=document.chunk_count,
            vector_count=document.vector_count,
            pii_detected=document.pii_detected,
            metadata=JSON(dict(found.metadata)) if found else None,
            error=JobFailure.of(document.failure),
            version=document.version,
            uploaded_at=document.uploaded_at,
            processed_at=document.processed_at,
            viewer_permission=min(seen.permission, viewer.ceiling),
            path_in_container=document.inside.path if document.inside else None,
            container_id=document.inside.container if document.inside else None,
            notebook_id=document.notebook,
            uploader_id=document.uploaded_by,
            number=document.number,
            texts=found.texts if found else None,
        )

    @strawberry.field
    async def notebook(
        self, info: Info
    ) -> Annotated["Notebook", strawberry.lazy("aether.graphql.notebooks")] | None:
        """The notebook it lies in."""
        from aether.graphql.notebooks import notebook_by_id

        return await notebook_by_id(info, self.notebook_id)

    @strawberry.field
    async def uploaded_by(self, info: Info) -> User | None:
        """Who uploaded it; none if they are gone."""
        return await user_by_id(info, self.uploader_id)

    @strawberry.field
    def download_url(self) -> str:
        """Where its bytes are, for whoever may read it."""
        return download_url(self.id)

    @strawberry.field
    async def container(self, info: Info) -> "Document | None":
        """The document in which it came, such as an archive or a mail; none if it came by itself."""
        return None if self.container_id is None else await document_by_id(info, self.container_id)

    @strawberry.field
    async def children(self, info: Info, first: int = 20, after: str | None = None) -> Connection["Document"]:
        """The documents that came in it, by name.

        Args:
            first: How many, from 1 to 100.
            after: Only those behind this cursor.
        """
        listing = files_listing(self.id)
        wanted = part(info, first=first, after=after, listing=listing)
        page = await info.context.read(
            documents.children, container=DocumentId(self.id), part=wanted, by=info.context.viewer
        )
        return documents_of(info, page, wanted=wanted, listing=listing)

    @strawberry.field
    def thumbnail_url(self) -> str | None:
        """Where a picture of its first page is, 256 pixels wide; none if it has none, or is not read yet."""
        return thumbnail_url(self.id, self.file_hash, self.content_type)

    @strawberry.field
    def page_image_url(self, page: int, width: int = 1024) -> str | None:
        """Where a picture of a page is; none if there is no such page, or there are no pictures.

        Args:
            page: Which page, 1 being the first.
            width: How wide it is in pixels, from 64 to 2000; it may be the next larger of a few widths.
        """
        width = width_for(width)
        if self.content_type not in PREVIEWED or not 1 <= page <= (self.page_count or 1):
            return None
        return page_image_url(self.id, self.file_hash, page=page, width=width)

    @strawberry.field
    async def chunks(self, info: Info, first: int = 20, after: str | None = None) -> Connection[Chunk]:
        """Its passages, in order.

        Args:
            first: How many, from 1 to 100.
            after: Only those behind this cursor.
        """
        listing = chunks_listing(self.id)
        wanted = part(info, first=first, after=after, listing=listing)
        page = await info.context.read(
            documents.chunks, document=DocumentId(self.id), part=wanted, by=info.context.viewer
        )
        return connection(info, page, Chunk.of, slice=wanted, listing=listing)

    @strawberry.field
    async def tables(self, info: Info, first: int = 20, after: str | None = None) -> Connection[Table]:
        """What it has in rows and columns, in order.

        Args:
            first: How many, from 1 to 100.
            after: Only those behind this cursor.
        """
        return await tables_in(
            info, self.texts, document=self.id, file_hash=self.file_hash, first=first, after=after
        )

    @strawberry.field
    async def findings(self, info: Info, first: int = 20, after: str | None = None) -> Connection[Finding]:
        """What is sensitive in it, secrets included, in order; the first 10,000 at most.

        Args:
            first: How many, from 1 to 100.
            after: Only those behind this cursor.
        """
        listing = findings_listing(self.id)
        wanted = part(info, first=first, after=after, listing=listing)
        page = await info.context.read(
            documents.findings, document=DocumentId(self.id), part=wanted, by=info.context.viewer
        )
        return connection(info, page, Finding.of, slice=wanted, listing=listing)

    @strawberry.field
    async def current_version(self, info: Info) -> DocumentVersion:
        """The version that it shows, and is found by; a later one that is being processed is not."""
        found = await info.context.read(
            documents.version, id=DocumentId(self.id), number=self.number, by=info.context.viewer
        )
        return DocumentVersion.of(found)

    @strawberry.field
    async def twins(self, info: Info) -> list["Document"]:
        """Up to 20 other documents with the same bytes, of those that one may read, the oldest first."""
        return await twins_of(info, self.file_hash, besides=DocumentId(self.id))

    @strawberry.field
    async def document_versions(
        self, info: Info, first: int = 20, after: str | None = None
    ) -> Connection[DocumentVersion]:
        """Its versions, the latest first, also those that could not be understood.

        Args:
            first: How many, from 1 to 100.
            after: Only those behind this cursor.
        """
        return await versions_of(info, DocumentId(self.id), first=first, after=after)

    @strawberry.field
    async def jobs(self, info: Info) -> list[Job]:
        """The jobs that work, or worked, on it, the latest first."""
        found = await info.context.read(
            documents.jobs_of_document, document=DocumentId(self.id), by=info.context.viewer
        )
        return [Job.of(job) for job in found]


def files_listing(document: str) -> str:
    """What cursors of what came in *document* are signed for."""
    return f"files/{document}"


async def document_by_id(info: Info, id: str) -> Document | None:
    """The document with this id, if the viewer may read it."""
    seen = await info.context.loaders.documents.load(DocumentId(id))
    return None if seen is None else Document.of(seen, info.context.viewer)


def documents_of(
    info: Info, page: Page[documents.SeenDocument], *, wanted: Slice, listing: str
) -> Connection[Document]:
    """A page of documents, as its viewer sees them."""
    return connection(
        info, page, lambda seen: Document.of(seen, info.context.viewer), slice=wanted, listing=listing
    )
