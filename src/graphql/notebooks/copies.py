"""Copies of notebooks."""

import strawberry

from aether.domain import copies
from aether.domain.notebooks import NotebookId
from aether.graphql.context import Info
from aether.graphql.notebooks.changes import NotebookPayload
from aether.graphql.notebooks.inputs import DuplicateNotebookInput, ForkNotebookInput
from aether.graphql.refusals import mutation


@strawberry.type
class DuplicateNotebookPayload(NotebookPayload):
    """The copy."""


@strawberry.type
class ForkNotebookPayload(NotebookPayload):
    """The copy, which is one's own."""


@strawberry.type
class CopyMutations:
    """Copies of notebooks."""

    @mutation
    async def duplicate_notebook(self, info: Info, input: DuplicateNotebookInput) -> DuplicateNotebookPayload:
        """Copy a notebook with all below it that one may read.

        Args:
            input: Which notebook, and where.
        """
        made = await info.context.write(
            copies.duplicate,
            id=NotebookId(input.id),
            parent=None if input.parent_id is None else NotebookId(input.parent_id),
            name=input.name,
            with_documents=input.with_documents,
            by=info.context.viewer,
            at=info.context.ports.moment(),
        )
        return DuplicateNotebookPayload(shown=made.id)

    @mutation
    async def fork_notebook(self, info: Info, input: ForkNotebookInput) -> ForkNotebookPayload:
        """Copy a notebook to one's own, and remember where it came from.

        Args:
            input: Which notebook, and why.
        """
        made = await info.context.write(
            copies.fork,
            id=NotebookId(input.id),
            name=input.name,
            reason=input.reason,
            by=info.context.viewer,
            at=info.context.ports.moment(),
        )
        return ForkNotebookPayload(shown=made.id)
