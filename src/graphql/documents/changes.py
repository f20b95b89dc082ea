"""Changing documents through the API."""

import strawberry

from aether.domain import copies, documents
from aether.domain.documents import DocumentId
from aether.domain.notebooks import NotebookId
from aether.graphql.context import Info
from aether.graphql.documents.shape import Document, document_by_id
from aether.graphql.jobs import Job
from aether.graphql.refusals import Payload, mutation


@strawberry.input
class UpdateDocumentInput:
    """What to change of a document.

    Attributes:
        id: The document.
        name: Its name from now on, at most 255 characters.
        version: The version one has seen; if it has changed since, nothing is done.
    """

    id: strawberry.ID
    name: str
    version: int | None = None


@strawberry.input
class DeleteDocumentInput:
    """Which document to delete.

    Attributes:
        id: The document.
        version: The version one has seen; if it has changed since, nothing is done.
    """

    id: strawberry.ID
    version: int | None = None


@strawberry.input
class CopyDocumentInput:
    """Which document to copy, and where.

    Attributes:
        id: The document.
        notebook_id: The notebook that the copy lies in.
        name: The name of the copy, at most 255 characters; that of the document if it is left out.
    """

    id: strawberry.ID
    notebook_id: strawberry.ID
    name: str | None = None


@strawberry.input
class MoveDocumentInput:
    """Which document to move, and where.

    Attributes:
        id: The document.
        notebook_id: The notebook that it lies in from now on.
        version: The version one has seen; if it has changed since, nothing is done.
    """

    id: strawberry.ID
    notebook_id: strawberry.ID
    version: int | None = None


@strawberry.input
class ReprocessDocumentInput:
    """Which document to process once more.

    Attributes:
        id: The document.
    """

    id: strawberry.ID


@strawberry.type
class DocumentPayload(Payload):
    """What became of a document.

    Attributes:
        shown: The id of the document; none if it was refused.
    """

    shown: strawberry.Private[str | None] = None

    @strawberry.field
    async def document(self, info: Info) -> Document | None:
        """The document; none if it was refused."""
        return None if self.shown is None else await document_by_id(info, self.shown)


@strawberry.type
class UpdateDocumentPayload(DocumentPayload):
    """The document, as it now is."""


@strawberry.type
class CopyDocumentPayload(DocumentPayload):
    """The copy."""


@strawberry.type
class MoveDocumentPayload(DocumentPayload):
    """The document, in its new place."""


@strawberry.type
class DeleteDocumentPayload(Payload):
    """The document that is gone.

    Attributes:
        document_id: Its id; none if it was refused.
    """

    document_id: strawberry.ID | None = None


@strawberry.type
class ReprocessDocumentPayload(Payload):
    """The job that processes the document once more.

    Attributes:
        job: The job; none if it was refused.
    """

    job: Job | None = None


@strawberry.type
class DocumentMutations:
    """Changes to documents."""

    @mutation
    async def update_document(self, info: Info, input: UpdateDocumentInput) -> UpdateDocumentPayload:
        """Give a document another name; takes the permission to write.

        Args:
            input: Which document, and what to change.
        """
        changed = await info.context.write(
            documents.rename,
            id=DocumentId(input.id),
            name=input.name,
            version=input.version,
            by=info.context.viewer,
            at=info.context.ports.moment(),
        )
        return UpdateDocumentPayload(shown=changed.id)

    @mutation
    async def copy_document(self, info: Info, input: CopyDocumentInput) -> CopyDocumentPayload:
        """Copy a document, as it is shown, to a notebook in which one may write; it is processed there anew.

        Args:
            input: Which document, and where.
        """
        made = await info.context.write(
            copies.copy_document,
            id=DocumentId(input.id),
            notebook=NotebookId(input.notebook_id),
            name=input.name,
            waiting=info.context.ports.receiver.limits.waiting,
            by=info.context.viewer,
            at=info.context.ports.moment(),
        )
        return CopyDocumentPayload(shown=made.id)

    @mutation
    async def move_document(self, info: Info, input: MoveDocumentInput) -> MoveDocumentPayload:
        """Move a document, with what came in it, to another notebook; takes the permission to write in both.

        Args:
            input: Which document, and where.
        """
        moved = await info.context.write(
            documents.move,
            id=DocumentId(input.id),
            to=NotebookId(input.notebook_id),
            version=input.version,
            by=info.context.viewer,
            at=info.context.ports.moment(),
        )
        return MoveDocumentPayload(shown=moved.id)

    @mutation
    async def delete_document(self, info: Info, input: DeleteDocumentInput) -> DeleteDocumentPayload:
        """Delete a document, and stop whoever works on it; takes the permission to write.

        Args:
            input: Which document.
        """
        gone = await info.context.write(
            documents.remove,
            id=DocumentId(input.id),
            version=input.version,
            by=info.context.viewer,
            at=info.context.ports.moment(),
        )
        return DeleteDocumentPayload(document_id=strawberry.ID(gone.id))

    @mutation
    async def reprocess_document(self, info: Info, input: ReprocessDocumentInput) -> ReprocessDocumentPayload:
        """Have a document processed once more; takes the permission to write.

        Args:
            input: Which document.
        """
        job = await info.context.write(
            documents.reprocess,
            id=DocumentId(input.id),
            waiting=info.context.ports.receiver.limits.waiting,
            by=info.context.viewer,
            at=info.context.ports.moment(),
        )
        return ReprocessDocumentPayload(job=Job.of(job))
