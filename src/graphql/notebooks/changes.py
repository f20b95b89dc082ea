"""Changes to notebooks."""

from collections.abc import Awaitable, Callable

import strawberry

from aether.domain import checks, notebooks
from aether.domain.errors import Refused, Unavailable
from aether.domain.notebooks import NotebookId
from aether.graphql.context import Info
from aether.graphql.notebooks.inputs import (
    ArchiveNotebookInput,
    BulkDeleteNotebooksInput,
    BulkUpdateNotebooksInput,
    CreateNotebookInput,
    DeleteNotebookInput,
    MoveNotebookInput,
    NotebookInput,
    RecordViewInput,
    UpdateComplianceSettingsInput,
    UpdateNotebookInput,
)
from aether.graphql.notebooks.shape import Notebook, notebook_by_id
from aether.graphql.refusals import Payload, UserError, mutation

BULK_MOST = 100


@strawberry.type
class NotebookPayload(Payload):
    """A notebook, as it now is.

    Attributes:
        shown: The id of the notebook; none if it was refused.
    """

    shown: strawberry.Private[str | None] = None

    @strawberry.field
    async def notebook(self, info: Info) -> Notebook | None:
        """The notebook; none if it was refused."""
        return None if self.shown is None else await notebook_by_id(info, self.shown)


@strawberry.type
class CreateNotebookPayload(NotebookPayload):
    """The new notebook."""


@strawberry.type
class UpdateNotebookPayload(NotebookPayload):
    """The notebook, changed."""


@strawberry.type
class MoveNotebookPayload(NotebookPayload):
    """The notebook, in its new place."""


@strawberry.type
class ArchiveNotebookPayload(NotebookPayload):
    """The notebook, archived or open again."""


@strawberry.type
class UpdateComplianceSettingsPayload(NotebookPayload):
    """The notebook, under its new settings."""


@strawberry.type
class RestoreNotebookPayload(NotebookPayload):
    """The notebook, back from the trash."""


@strawberry.type
class StarNotebookPayload(NotebookPayload):
    """The notebook, starred."""


@strawberry.type
class UnstarNotebookPayload(NotebookPayload):
    """The notebook, no longer starred."""


@strawberry.type
class RecordViewPayload(NotebookPayload):
    """The notebook that was looked at."""


@strawberry.type
class DeleteNotebookPayload(Payload):
    """The notebook that is gone.

    Attributes:
        notebook_id: Its id; none if it was refused.
    """

    notebook_id: strawberry.ID | None = None


@strawberry.type
class BulkNotebookResult:
    """What became of one notebook of many.

    Attributes:
        id: The notebook.
        ok: Whether it was done.
        user_errors: Why it could not be done; empty if it was.
    """

    id: strawberry.ID
    ok: bool
    user_errors: list[UserError]


@strawberry.type
class BulkUpdateNotebooksPayload(Payload):
    """What became of each notebook.

    Attributes:
        results: One for each id, in the order given.
    """

    results: list[BulkNotebookResult] = strawberry.field(default_factory=list)


@strawberry.type
class BulkDeleteNotebooksPayload(Payload):
    """What became of each notebook.

    Attributes:
        results: One for each id, in the order given.
    """

    results: list[BulkNotebookResult] = strawberry.field(default_factory=list)


@strawberry.type
class NotebookMutations:
    """Changes to notebooks."""

    @mutation
    async def create_notebook(self, info: Info, input: CreateNotebookInput) -> CreateNotebookPayload:
        """Make a notebook, at the top or in another one; the latter takes the permission to write there.

        Args:
            input: The notebook to make.
        """
        at = info.context.ports.moment()
        made = await info.context.write(
            notebooks.create,
            input.draft(),
            id=NotebookId(at.id("notebook")),
            parent=None if input.parent_id is None else NotebookId(input.parent_id),
            by=info.context.viewer,
            at=at,
        )
        return CreateNotebookPayload(shown=made.id)

    @mutation
    async def update_notebook(self, info: Info, input: UpdateNotebookInput) -> UpdateNotebookPayload:
        """Change a notebook; takes the permission to write, and for its visibility to administer.

        Args:
            input: Which notebook, and how.
        """
        await info.context.write(
            notebooks.update,
            input.changes.changes(),
            id=NotebookId(input.id),
            version=input.version,
            by=info.context.viewer,
            at=info.context.ports.moment(),
        )
        return UpdateNotebookPayload(shown=input.id)

    @mutation
    async def move_notebook(self, info: Info, input: MoveNotebookInput) -> MoveNotebookPayload:
        """Move a notebook with all below it; takes the permission to administer it.

        Args:
            input: Which notebook, and where.
        """
        await info.context.write(
            notebooks.move,
            id=NotebookId(input.id),
            to=None if input.parent_id is None else NotebookId(input.parent_id),
            version=input.version,
            by=info.context.viewer,
            at=info.context.ports.moment(),
        )
        return MoveNotebookPayload(shown=input.id)

    @mutation
    async def archive_notebook(self, info: Info, input: ArchiveNotebookInput) -> ArchiveNotebookPayload:
        """Archive a notebook, or open it again; takes the permission to administer it.

        Args:
            input: Which notebook.
        """
        await info.context.write(
            notebooks.archive,
            id=NotebookId(input.id),
            archived=input.archived,
            version=input.version,
            by=info.context.viewer,
            at=info.context.ports.moment(),
        )
        return ArchiveNotebookPayload(shown=input.id)

    @mutation
    async def update_compliance_settings(
        self, info: Info, input: UpdateComplianceSettingsInput
    ) -> UpdateComplianceSettingsPayload:
        """Put a notebook under other settings; takes its administration, or a compliance officer.

        Args:
            input: Which notebook, and which settings.
        """
        await info.context.write(
            notebooks.update_compliance,
            input.compliance.settings(),
            id=NotebookId(input.id),
            version=input.version,
            by=info.context.viewer,
            at=info.context.ports.moment(),
        )
        return UpdateComplianceSettingsPayload(shown=input.id)

    @mutation
    async def delete_notebook(self, info: Info, input: DeleteNotebookInput) -> DeleteNotebookPayload:
        """Delete a notebook with all below it, into the trash; takes the permission to administer it.

        Args:
            input: Which notebook.
        """
        await _deleted(info, input.id, version=input.version)
        return DeleteNotebookPayload(notebook_id=input.id)

    @mutation
    async def restore_notebook(self, info: Info, input: NotebookInput) -> RestoreNotebookPayload:
        """Bring a notebook back from one's trash, with all that was deleted with it.

        Args:
            input: Which notebook.
        """
        at = info.context.ports.moment()
        await info.context.write(notebooks.restore, id=NotebookId(input.id), by=info.context.viewer, at=at)
        return RestoreNotebookPayload(shown=input.id)

    @mutation
    async def star_notebook(self, info: Info, input: NotebookInput) -> StarNotebookPayload:
        """Star a notebook for oneself; starring it twice changes nothing.

        Args:
            input: Which notebook.
        """
        await _marked(info, input.id, starred=True)
        return StarNotebookPayload(shown=input.id)

    @mutation
    async def unstar_notebook(self, info: Info, input: NotebookInput) -> UnstarNotebookPayload:
        """Take one's star from a notebook; doing it twice changes nothing.

        Args:
            input: Which notebook.
        """
        await _marked(info, input.id, starred=False)
        return UnstarNotebookPayload(shown=input.id)

    @mutation
    async def record_view(self, info: Info, input: RecordViewInput) -> RecordViewPayload:
        """Remember that one has looked at a notebook.

        Args:
            input: Which notebook, and how long.
        """
        await info.context.write(
            notebooks.view,
            id=NotebookId(input.id),
            seconds=input.duration_seconds,
            by=info.context.viewer,
            at=info.context.ports.moment(),
        )
        return RecordViewPayload(shown=input.id)

    @mutation
    async def bulk_update_notebooks(
        self, info: Info, input: BulkUpdateNotebooksInput
    ) -> BulkUpdateNotebooksPayload:
        """Change many notebooks in the same way; each is done or refused by itself.

        Args:
            input: Which notebooks, and how.
        """

        async def update(id: str) -> None:
            await info.context.write(
                notebooks.update,
                input.changes.changes(),
                id=NotebookId(id),
                version=None,
                by=info.context.viewer,
                at=info.context.ports.moment(),
            )

        return BulkUpdateNotebooksPayload(results=await _each(input.ids, update))

    @mutation
    async def bulk_delete_notebooks(
        self, info: Info, input: BulkDeleteNotebooksInput
    ) -> BulkDeleteNotebooksPayload:
        """Delete many notebooks; each is done or refused by itself.

        Args:
            input: Which notebooks.
        """

        async def delete(id: str) -> None:
            await _deleted(info, id, version=None)

        return BulkDeleteNotebooksPayload(results=await _each(input.ids, delete))


async def _deleted(info: Info, id: str, *, version: int | None) -> None:
    await info.context.write(
        notebooks.remove,
        id=NotebookId(id),
        version=version,
        by=info.context.viewer,
        at=info.context.ports.moment(),
    )


async def _marked(info: Info, id: str, *, starred: bool) -> None:
    at = info.context.ports.moment()
    await info.context.write(
        notebooks.mark, id=NotebookId(id), starred=starred, by=info.context.viewer, at=at
    )


async def _each(ids: list[strawberry.ID], do: Callable[[str], Awaitable[None]]) -> list[BulkNotebookResult]:
    """What became of each, one after the other, each in a transaction of its own.

    When the graph goes away half-way, what was done is told all the same, and the rest is not tried.
    """
    checks.number(len(ids), field="ids", least=1, most=BULK_MOST)
    results: list[BulkNotebookResult] = []
    away: Unavailable | None = None
    for id in ids:
        errors = []
        try:
            if away is None:
                await do(id)
        except Refused as refusal:
            errors = [UserError.of(refusal)]
        except Unavailable as unavailable:
            if not results:
                raise
            away = unavailable
        if away is not None:
            errors = [UserError.of(away)]
        results.append(BulkNotebookResult(id=id, ok=not errors, user_errors=errors))
    return results
