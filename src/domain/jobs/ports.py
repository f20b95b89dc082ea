"""Where jobs are kept, what wakes workers, and who works on what."""

from collections.abc import Collection, Mapping, Sequence
from typing import NamedTuple, Protocol

from aether.domain import events
from aether.domain.jobs.entity import Job, JobId, Ticket


class AllJobs(Protocol):
    """What those ask who look after the jobs of all tenants."""

    async def unfinished(self, *, running: bool, after: str, limit: int) -> Sequence[Job]:
        """Jobs that run, or that wait, behind the job *after*, the oldest first."""
        ...

    async def littered(self, *, limit: int) -> Sequence[Job]:
        """Jobs whose parts nobody needs any more."""
        ...

    async def of_any_tenant(self, id: JobId) -> Job | None:
        """The job with this id, asked for by a worker, who is given nothing but that."""
        ...


class Jobs(AllJobs, Protocol):
    """Where jobs are kept."""

    async def get_many(self, ids: Collection[JobId]) -> Mapping[JobId, Job]:
        """Those of the jobs that exist, by id; the others are left out."""
        ...

    async def lock(self, id: JobId) -> Job | None:
        """The job, which nobody else changes until this transaction ends."""
        ...

    async def add(self, job: Job) -> None:
        """Keep a new job."""
        ...

    async def put(self, *jobs: Job) -> None:
        """Keep *jobs* as they now are; where they belong stays."""
        ...

    async def lock_open(self, subjects: Collection[str]) -> Sequence[Job]:
        """The jobs on these subjects that are not over; nobody else changes them in the meantime."""
        ...

    async def rehome(self, subjects: Collection[str], *, to: str) -> Sequence[Job]:
        """Have the jobs on these subjects belong to the notebook *to*; gives those not over, locked."""
        ...

    async def about(self, id: str, *, live: bool = False) -> Sequence[Job]:
        """The latest 100 jobs of a notebook, or on a subject; with *live* only those not over."""
        ...

    async def open_ones(self, *, most: int) -> int:
        """How many jobs of the tenant are not over, counted up to *most*."""
        ...


class Place(NamedTuple):
    """Where an attempt is in the queue.

    Attributes:
        ahead: How many attempts go before it, those that run included.
        slots: How many run at the same time.
    """

    ahead: int
    slots: int


class Queue(Protocol):
    """What wakes workers, and keeps the order in which they take attempts up.

    Tenants take turns, and what is urgent comes sooner, but nothing waits for ever.
    """

    async def push(self, ticket: Ticket) -> None:
        """Have some worker take an attempt up in its turn; pushing it twice runs it once."""
        ...

    async def hand_out(self) -> int:
        """Hand on what workers have room for; gives back how many attempts that were."""
        ...

    async def lost(self, tickets: Sequence[Ticket]) -> Collection[Ticket]:
        """Those that nobody will take up, or that were begun, maybe by a worker that is gone by now."""
        ...

    async def renew(self, ticket: Ticket) -> None:
        """Push an attempt, though a worker that is gone by now was given it once."""
        ...

    async def forget(self, ticket: Ticket) -> None:
        """Forget an attempt that nobody is to take up any more."""
        ...

    async def places(self, tickets: Sequence[Ticket]) -> Sequence[Place]:
        """Where attempts are, in the order given; one that is not lined up yet comes last in its line."""
        ...


class Leases(Protocol):
    """Who works on what right now, for as long as they say so."""

    async def take(self, job: JobId, attempt: int, *, seconds: float) -> bool:
        """Hold *job* for *attempt* during *seconds*; false if another attempt holds it.

        Taking it again prolongs it.
        """
        ...

    async def held(self, job: JobId) -> bool:
        """Whether anybody holds *job*."""
        ...

    async def release(self, job: JobId, attempt: int) -> None:
        """Let go of *job*, if *attempt* holds it."""
        ...


class Work(events.Work, Protocol):
    """A transaction in which jobs can be read and written."""

    @property
    def jobs(self) -> Jobs:
        """The jobs."""
        ...
