"""Where notebooks are kept, and how one is opened for a change."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import Protocol

from aether.domain import access, activities, jobs
from aether.domain.access import Permission
from aether.domain.activities import Activity, ActivityId
from aether.domain.events import Event, EventId
from aether.domain.moments import Moment
from aether.domain.notebooks.entity import Notebook, NotebookHeld, NotebookId, NotebookMissing
from aether.domain.notebooks.lists import Shelves
from aether.domain.users import UserId
from aether.domain.viewers import Viewer


@dataclass(frozen=True, slots=True, kw_only=True)
class Branch:
    """A notebook's place below another: how many levels down, and in which parent."""

    id: NotebookId
    parent: NotebookId | None
    depth: int


class Notebooks(Protocol):
    """Where notebooks are kept."""

    async def get_many(self, ids: Collection[NotebookId]) -> Mapping[NotebookId, Notebook]:
        """Those of the notebooks that live, by id; deleted ones are left out."""
        ...

    async def lock(self, ids: Collection[NotebookId]) -> Mapping[NotebookId, Notebook]:
        """The same, and nobody else changes them until this transaction ends."""
        ...

    async def add(self, notebooks: Sequence[Notebook]) -> None:
        """Keep new notebooks, each with its owner and in its parent."""
        ...

    async def put(self, notebook: Notebook) -> None:
        """Keep *notebook* as it now is; its place and its counts stay."""
        ...

    async def star(self, id: NotebookId, *, by: UserId, starred: bool, at: Moment) -> None:
        """Remember, or forget, that *by* starred the notebook."""
        ...

    async def viewed(self, id: NotebookId, *, by: UserId, seconds: int, at: Moment) -> None:
        """Remember that *by* looked at the notebook for so many seconds."""
        ...

    async def forked(self, id: NotebookId, *, into: NotebookId, by: UserId, reason: str, at: Moment) -> None:
        """Remember that *by* forked the notebook, and why."""
        ...


class Trees(Protocol):
    """How notebooks lie in each other."""

    async def lock(self, ids: Collection[NotebookId]) -> None:
        """Nobody else moves, adds or deletes notebooks in these trees until this transaction ends."""
        ...

    async def above(self, id: NotebookId) -> Sequence[NotebookId]:
        """The notebooks above this one, from the top down."""
        ...

    async def below(self, id: NotebookId, *, deletion: str | None = None) -> Sequence[Branch]:
        """The notebook itself and all below it, parents first; at most one more than `SUBTREE_MOST`.

        With *deletion*, those that were deleted with it instead of those that live.
        """
        ...

    async def hang(self, id: NotebookId, *, under: NotebookId | None) -> None:
        """Move the notebook into *under*, or to the top."""
        ...

    async def remove(self, ids: Collection[NotebookId], *, deletion: str, by: UserId, at: Moment) -> None:
        """Mark the notebooks, and the documents in them, as deleted together."""
        ...

    async def trashed(self, id: NotebookId, *, of: UserId) -> Notebook | None:
        """The deleted notebook with this id, if *of* owns it, or deleted it and administers it still."""
        ...

    async def restore(
        self, ids: Collection[NotebookId], *, deletion: str, at: Moment
    ) -> Collection[NotebookId]:
        """Bring the notebooks back, and the documents in them that were deleted with them.

        Gives those that were still gone.
        """
        ...


class Work(activities.Work, jobs.Work, Protocol):
    """A transaction in which notebooks can be read and written."""

    @property
    def notebooks(self) -> Notebooks:
        """The notebooks."""
        ...

    @property
    def trees(self) -> Trees:
        """How they lie in each other."""
        ...

    @property
    def shelves(self) -> Shelves:
        """Lists of them, as viewers see them."""
        ...


async def opened(work: Work, id: NotebookId, *, by: Viewer, wanted: Permission) -> Notebook:
    """The notebook, locked, if *by* may do what is *wanted*.

    Raises:
        NotebookMissing: It does not exist, or *by* may not know of it.
        PermissionMissing: *by* may see it, but not do this.
    """
    found = (await work.notebooks.lock([id])).get(id)
    if found is None:
        raise NotebookMissing(id)
    granted = await work.access.permissions([id], of=by.user)
    access.demand(by.within(granted.get(id)), wanted, missing=NotebookMissing(id))
    return found


async def unheld(work: Work, ids: Collection[NotebookId]) -> None:
    """Refuse if one of the notebooks is under legal hold.

    Raises:
        NotebookHeld: One of them is.
    """
    for notebook in (await work.notebooks.get_many(ids)).values():
        if notebook.compliance.legal_hold:
            raise NotebookHeld(notebook.id)


async def tell(work: Work, id: NotebookId, verb: str, *, by: Viewer, at: Moment, **details: object) -> None:
    """Record that *by* did something to the notebook, and tell whoever follows it."""
    await work.activities.add(
        Activity(
            id=ActivityId(at.id("activity", id, verb)),
            notebook=id,
            actor=by.user,
            verb=verb,
            subject=id,
            details=details,
            at=at.now,
        )
    )
    await work.events.add(
        Event(
            id=EventId(at.id("event", id, verb)),
            tenant=by.tenant,
            topic=f"notebook/{id}",
            kind=verb,
            payload={"notebook": id, "by": by.user, **details},
            at=at.now,
        )
    )
