"""Notebooks as a viewer sees them: one, many, or a page of a shelf."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Protocol

from aether.domain import access, checks
from aether.domain.access import Grant, Permission
from aether.domain.notebooks.entity import NAME_MOST, Notebook, NotebookId, NotebookMissing, NotebookStatus
from aether.domain.pages import Page, Slice
from aether.domain.users import UserId
from aether.domain.viewers import Viewer


class Shelf(StrEnum):
    """Which notebooks are meant, of those that the viewer sees."""

    ALL = "all"
    OWNED = "owned"
    SHARED = "shared"
    STARRED = "starred"
    PUBLIC = "public"
    TOP = "top"
    TRASH = "trash"


class Order(StrEnum):
    """How notebooks are ordered; times run from the latest back."""

    NAME = "name"
    CREATED = "created"
    UPDATED = "updated"


@dataclass(frozen=True, slots=True, kw_only=True)
class Filter:
    """What narrows a list of notebooks.

    Attributes:
        parent: Only those directly in this notebook.
        text: Only those whose name holds this, in any case.
        tag: Only those with this tag.
    """

    shelf: Shelf = Shelf.ALL
    parent: NotebookId | None = None
    text: str | None = None
    tag: str | None = None
    status: NotebookStatus | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Seen:
    """A notebook as one viewer sees it.

    Attributes:
        permission: What the graph grants the viewer; the viewer's ceiling still applies.
        starred: Whether the viewer starred it.
        stars: How many people did.
    """

    notebook: Notebook
    permission: Permission
    starred: bool
    stars: int


class Shelves(Protocol):
    """Notebooks as viewers see them."""

    async def get_many(self, ids: Collection[NotebookId], *, by: Viewer) -> Mapping[NotebookId, Seen]:
        """Those of the notebooks that the viewer may read, by id; the others are left out."""
        ...

    async def ancestors(self, id: NotebookId, *, by: Viewer) -> Sequence[Seen]:
        """The notebooks above this one that the viewer may read, from the top down."""
        ...

    async def page(self, chosen: Filter, *, order: Order, part: Slice, by: Viewer) -> Page[Seen]:
        """A page of the notebooks that the viewer may read."""
        ...


class Work(access.Work, Protocol):
    """A transaction in which notebooks can be listed."""

    @property
    def shelves(self) -> Shelves:
        """Lists of notebooks."""
        ...


async def get_many(work: Work, ids: Collection[NotebookId], *, by: Viewer) -> Mapping[NotebookId, Seen]:
    """Those of the notebooks that *by* may read, by id."""
    return await work.shelves.get_many(ids, by=by)


async def ancestors(work: Work, id: NotebookId, *, by: Viewer) -> Sequence[Seen]:
    """The notebooks above this one that *by* may read, from the top down."""
    return await work.shelves.ancestors(id, by=by)


async def explain(work: Work, *, id: NotebookId, of: UserId, by: Viewer) -> Collection[Grant] | None:
    """Every reason why *of* may see the notebook, the nearest first.

    None if *by* may not ask: about themselves they may where they read, about others where
    they administer.
    """
    granted = (await work.access.permissions([id], of=by.user)).get(id)
    wanted = Permission.READ if of == by.user else Permission.ADMIN
    if granted is None or granted < wanted:
        return None
    return await work.access.grants(id, of=of)


async def page(work: Work, chosen: Filter, *, order: Order, part: Slice, by: Viewer) -> Page[Seen]:
    """A page of the notebooks that *by* may read.

    Raises:
        NotebookMissing: The parent asked for does not exist, or *by* may not know of it.
    """
    if chosen.text is not None:
        checks.line(chosen.text, field="filter.text", most=NAME_MOST, least=0)
    if chosen.parent is not None and not await work.shelves.get_many([chosen.parent], by=by):
        raise NotebookMissing(chosen.parent)
    return await work.shelves.page(chosen, order=order, part=part, by=by)
