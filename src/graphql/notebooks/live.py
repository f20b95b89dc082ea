"""Notebooks, live."""

from collections.abc import AsyncGenerator
from datetime import datetime

import strawberry
from strawberry.scalars import JSON

from aether.domain.events import cursor
from aether.domain.notebooks import NotebookMissing
from aether.graphql.context import Info
from aether.graphql.notebooks.shape import Notebook, notebook_by_id
from aether.graphql.users import User, user_by_id


@strawberry.type
class NotebookChange:
    """Something that was done to a notebook, and how it is now.

    Attributes:
        cursor: Give it as `after` to go on from here.
        gap: Whether something between `after` and this is lost.
        kind: What was done, such as `notebook_moved`.
        details: What else there is to know.
        at: When it was done.
        notebook: The notebook as it is now.
    """

    cursor: str
    gap: bool
    kind: str
    details: JSON
    at: datetime
    notebook: Notebook
    actor_id: strawberry.Private[str]

    @strawberry.field
    async def actor(self, info: Info) -> User | None:
        """Who did it; none if they are gone."""
        return await user_by_id(info, self.actor_id)


@strawberry.type
class NotebookSubscriptions:
    """Notebooks, live."""

    @strawberry.subscription
    async def notebook_changed(
        self, info: Info, id: strawberry.ID, after: str | None = None
    ) -> AsyncGenerator[NotebookChange, None]:
        """What is done to a notebook, for as long as one may read it, beginning with the latest.

        Args:
            id: The notebook.
            after: The cursor of the last change seen; everything behind it comes again.
        """
        if await notebook_by_id(info, id) is None:
            raise NotebookMissing(id)
        feed, tenant = info.context.ports.feed, info.context.viewer.tenant
        async for report in feed.follow(tenant, f"notebook/{id}", after=cursor(after)):
            await info.context.readmit()
            notebook = await notebook_by_id(info, id)
            if notebook is None:
                raise NotebookMissing(id)
            payload = dict(report.event.payload)
            yield NotebookChange(
                cursor=report.cursor,
                gap=report.gap,
                kind=report.event.kind,
                actor_id=payload.pop("by"),
                details=JSON({name: value for name, value in payload.items() if name != "notebook"}),
                at=report.event.at,
                notebook=notebook,
            )
