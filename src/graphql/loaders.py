"""Loaders: one read for the many that fields ask for in the same instant.

They remember nothing: a subscription lives long, and what it shows is always read anew.
"""

from collections.abc import Awaitable, Callable, Mapping, Sequence
from typing import TypeVar

from strawberry.dataloader import DataLoader

from aether.domain import documents, notebooks, users
from aether.domain.documents import DocumentId, SeenDocument
from aether.domain.estimates import Estimate, Estimates, Run
from aether.domain.graph import Graph
from aether.domain.jobs import Job, JobId, Place, Queue, Ticket
from aether.domain.notebooks import NotebookId, Seen
from aether.domain.users import User, UserId
from aether.domain.viewers import Viewer

K = TypeVar("K")
T = TypeVar("T")


class Loaders:
    """What is read many at a time, as one viewer sees it."""

    def __init__(self, graph: Graph, estimates: Estimates, queue: Queue, viewer: Viewer) -> None:
        async def users_by_id(ids: list[UserId]) -> Sequence[User | None]:
            return _in_order(ids, await graph.read(users.get_many, ids))

        async def notebooks_by_id(ids: list[NotebookId]) -> Sequence[Seen | None]:
            return _in_order(ids, await graph.read(notebooks.get_many, ids, by=viewer))

        async def documents_by_id(ids: list[DocumentId]) -> Sequence[SeenDocument | None]:
            return _in_order(ids, await graph.read(documents.get_many, ids, by=viewer))

        async def jobs_by_id(ids: list[JobId]) -> Sequence[Job | None]:
            return _in_order(ids, await graph.read(documents.visible_jobs, ids, by=viewer))

        async def estimates_of(tickets: list[Ticket]) -> Sequence[Estimate | None]:
            return _in_order(tickets, await estimates.told(tickets))

        async def runs_for(asked: list[None]) -> Sequence[Sequence[Run]]:
            return [await estimates.runs()] * len(asked)

        async def places_of(tickets: list[Ticket]) -> Sequence[Place]:
            return await queue.places(tickets)

        self.users = _loader(users_by_id)
        self.notebooks = _loader(notebooks_by_id)
        self.documents = _loader(documents_by_id)
        self.jobs = _loader(jobs_by_id)
        self.estimates = _loader(estimates_of)
        self.runs: DataLoader[None, Sequence[Run]] = DataLoader(load_fn=runs_for, cache=False)
        self.places: DataLoader[Ticket, Place] = DataLoader(load_fn=places_of, cache=False)


def _loader(load: Callable[[list[K]], Awaitable[Sequence[T | None]]]) -> DataLoader[K, T | None]:
    return DataLoader(load_fn=load, cache=False)


def _in_order(ids: Sequence[K], found: Mapping[K, T]) -> Sequence[T | None]:
    return [found.get(id) for id in ids]
