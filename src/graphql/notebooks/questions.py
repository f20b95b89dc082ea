"""Questions about notebooks."""

import strawberry

from aether.domain import notebooks
from aether.domain.notebooks import NotebookId, NotebookStatus, Order, Shelf
from aether.graphql.context import Info
from aether.graphql.lists import Connection
from aether.graphql.notebooks.shape import Notebook, notebook_by_id, notebooks_of


@strawberry.input
class NotebookFilter:
    """What narrows a list of notebooks.

    Attributes:
        shelf: Which of those that one may read.
        parent_id: Only those directly in this notebook.
        text: Only those whose name holds this, in any case.
        tag: Only those with this tag.
        status: Only those where it is so.
    """

    shelf: Shelf = Shelf.ALL
    parent_id: strawberry.ID | None = None
    text: str | None = None
    tag: str | None = None
    status: NotebookStatus | None = None

    def chosen(self) -> notebooks.Filter:
        """This, as the domain has it."""
        return notebooks.Filter(
            shelf=Shelf(self.shelf),
            parent=None if self.parent_id is None else NotebookId(self.parent_id),
            text=self.text,
            tag=self.tag,
            status=None if self.status is None else NotebookStatus(self.status),
        )


@strawberry.type
class NotebookQueries:
    """Questions about notebooks."""

    @strawberry.field
    async def notebook(self, info: Info, id: strawberry.ID) -> Notebook | None:
        """The notebook with this id, if one may read it.

        Args:
            id: The notebook's id.
        """
        return await notebook_by_id(info, id)

    @strawberry.field
    async def notebooks(
        self,
        info: Info,
        first: int = 20,
        after: str | None = None,
        filter: NotebookFilter | None = None,
        order_by: Order = Order.NAME,
    ) -> Connection[Notebook]:
        """The notebooks that one may read: one's own, those shared with one, and public ones.

        Args:
            first: How many, from 1 to 100.
            after: Only those behind this cursor.
            filter: What narrows the list.
            order_by: How they are ordered.
        """
        chosen = (filter or NotebookFilter()).chosen()
        return await notebooks_of(info, chosen, order=Order(order_by), first=first, after=after)
