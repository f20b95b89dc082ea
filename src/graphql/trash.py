"""The trash in the API: documents that were deleted, brought back or erased."""

from datetime import datetime
from typing import TYPE_CHECKING, Annotated

import strawberry

from aether.domain import trash
from aether.domain.access import Permission
from aether.domain.documents import DocumentId
from aether.domain.errors import Invalid
from aether.domain.notebooks import NotebookId
from aether.graphql.context import Info
from aether.graphql.documents import DocumentPayload
from aether.graphql.lists import Connection, connection, part
from aether.graphql.refusals import Payload, mutation
from aether.graphql.scalars import BigInt
from aether.graphql.users import User, user_by_id

if TYPE_CHECKING:
    from aether.graphql.notebooks import Notebook

LISTING = "trashed_documents"


@strawberry.type
class TrashedDocument:
    """A document that was deleted by itself, and can be brought back.

    Attributes:
        id: Its id.
        name: Its name.
        file_size: Its size in bytes.
        deleted_at: When it was deleted.
        viewer_permission: What one may do to its notebook; to erase the document takes an admin's permission.
    """

    id: strawberry.ID
    name: str
    file_size: BigInt
    deleted_at: datetime
    viewer_permission: Permission
    notebook_id: strawberry.Private[str]
    deleter_id: strawberry.Private[str]

    @classmethod
    def of(cls, trashed: trash.Trashed, ceiling: Permission) -> "TrashedDocument":
        """*trashed*, shown to whoever may bring it back."""
        document = trashed.document
        return cls(
            id=strawberry.ID(document.id),
            name=document.name,
            file_size=BigInt(document.file_size),
            deleted_at=trashed.deleted_at,
            viewer_permission=min(trashed.permission or Permission.READ, ceiling),
            notebook_id=document.notebook,
            deleter_id=trashed.deleted_by,
        )

    @strawberry.field
    async def notebook(
        self, info: Info
    ) -> Annotated["Notebook", strawberry.lazy("aether.graphql.notebooks")] | None:
        """The notebook it lay in, and comes back to."""
        from aether.graphql.notebooks import notebook_by_id

        return await notebook_by_id(info, self.notebook_id)

    @strawberry.field
    async def deleted_by(self, info: Info) -> User | None:
        """Who deleted it; none if they are gone."""
        return await user_by_id(info, self.deleter_id)


@strawberry.input
class RestoreDocumentInput:
    """Which document to bring back.

    Attributes:
        id: A document in one's trash.
    """

    id: strawberry.ID


@strawberry.input
class PurgeDocumentInput:
    """Which document to erase.

    Attributes:
        id: A document in one's trash.
    """

    id: strawberry.ID


@strawberry.input
class PurgeNotebookInput:
    """Which notebook to erase.

    Attributes:
        id: A notebook in one's trash.
    """

    id: strawberry.ID


@strawberry.input
class EmptyTrashInput:
    """That it is meant.

    Attributes:
        confirm: Must be true: nobody can bring back what is erased.
    """

    confirm: bool


@strawberry.type
class RestoreDocumentPayload(DocumentPayload):
    """The document that is back."""


@strawberry.type
class PurgeDocumentPayload(Payload):
    """The document that is erased.

    Attributes:
        document_id: Its id; none if it was refused.
    """

    document_id: strawberry.ID | None = None


@strawberry.type
class PurgeNotebookPayload(Payload):
    """The notebook that nobody can bring back any more.

    Attributes:
        notebook_id: Its id; none if it was refused.
    """

    notebook_id: strawberry.ID | None = None


@strawberry.type
class EmptyTrashPayload(Payload):
    """What nobody can bring back any more.

    Attributes:
        given_up: How many documents and notebooks that is; what lies in these notebooks is not counted.
    """

    given_up: int = 0


@strawberry.type
class TrashQueries:
    """Questions about what was deleted."""

    @strawberry.field
    async def trashed_documents(
        self, info: Info, first: int = 20, after: str | None = None
    ) -> Connection[TrashedDocument]:
        """The documents that one may bring back, the latest deleted first.

        These are those deleted by themselves where one administers, and those that one deleted oneself
        where one still writes. What was deleted with its notebook comes back with that.

        Args:
            first: How many, from 1 to 100.
            after: Only those behind this cursor.
        """
        viewer = info.context.viewer
        wanted = part(info, first=first, after=after, listing=LISTING)
        page = await info.context.read(trash.page, part=wanted, by=viewer)
        return connection(
            info, page, lambda it: TrashedDocument.of(it, viewer.ceiling), slice=wanted, listing=LISTING
        )


@strawberry.type
class TrashMutations:
    """Changes to what was deleted."""

    @mutation
    async def restore_document(self, info: Info, input: RestoreDocumentInput) -> RestoreDocumentPayload:
        """Bring a document back where it was, to be found again soon.

        Args:
            input: Which document.
        """
        back = await info.context.write(
            trash.restore,
            id=DocumentId(input.id),
            by=info.context.viewer,
            at=info.context.ports.moment(),
        )
        return RestoreDocumentPayload(shown=back.id)

    @mutation
    async def purge_document(self, info: Info, input: PurgeDocumentInput) -> PurgeDocumentPayload:
        """Erase a deleted document for good, with all its versions; takes an admin's permission.

        Its bytes follow within two hours, unless another document has the same.

        Args:
            input: Which document.
        """
        id = DocumentId(input.id)
        at = info.context.ports.moment()
        await info.context.write(trash.purge, id=id, by=info.context.viewer, at=at)
        return PurgeDocumentPayload(document_id=input.id)

    @mutation
    async def purge_notebook(self, info: Info, input: PurgeNotebookInput) -> PurgeNotebookPayload:
        """Give a deleted notebook up, with all that was deleted with it; it is erased within minutes.

        Args:
            input: Which notebook.
        """
        await info.context.write(trash.purge_notebook, id=NotebookId(input.id), by=info.context.viewer)
        return PurgeNotebookPayload(notebook_id=input.id)

    @mutation
    async def empty_trash(self, info: Info, input: EmptyTrashInput) -> EmptyTrashPayload:
        """Give up all in one's trash where one administers, but for what is under legal hold.

        Nobody can bring it back any more, and it is erased within minutes.

        Args:
            input: That it is meant.
        """
        if not input.confirm:
            raise Invalid("Say that it is meant: what is erased is gone for good.", field="confirm")
        return EmptyTrashPayload(given_up=await info.context.write(trash.empty, by=info.context.viewer))
