"""The graph: transactions, in which use cases run.

One operation is one transaction, opened at the edge. Its body may run twice, so it touches
only its `work`; ids and instants are made before it.
"""

from collections.abc import Awaitable, Callable
from typing import Concatenate, ParamSpec, Protocol, TypeVar

from aether.domain import (
    batches,
    callbacks,
    collaborations,
    documents,
    keys,
    orphans,
    passages,
    templates,
    trash,
)
from aether.domain.tenants import TenantId

P = ParamSpec("P")
T = TypeVar("T")


class Work(
    callbacks.Work,
    collaborations.Work,
    batches.Work,
    trash.Work,
    orphans.Work,
    documents.Work,
    keys.Work,
    passages.Work,
    templates.Work,
    Protocol,
):
    """Every repository, on one transaction."""


class Graph(Protocol):
    """Where everything is kept, as seen by one tenant."""

    def within(self, tenant: TenantId) -> "Graph":
        """The same graph, as *tenant* sees it: nothing else can be read or written."""
        ...

    async def read(
        self, use_case: Callable[Concatenate[Work, P], Awaitable[T]], /, *args: P.args, **kwargs: P.kwargs
    ) -> T:
        """Run *use_case* on one consistent state of the graph.

        Raises:
            Unavailable: The graph does not answer in time.
        """
        ...

    async def write(
        self, use_case: Callable[Concatenate[Work, P], Awaitable[T]], /, *args: P.args, **kwargs: P.kwargs
    ) -> T:
        """Run *use_case*; keep what it wrote if it returns, none of it if it raises.

        Raises:
            Conflict: What it wrote is there already.
            Unavailable: The graph does not answer in time.
        """
        ...
