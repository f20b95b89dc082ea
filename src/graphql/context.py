"""What resolvers work with: the outside, the viewer, and the loaders of one request."""

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any, Concatenate, ParamSpec, TypeVar

import strawberry

from aether.domain.admission import Doorkeeper
from aether.domain.blobs import Blobs
from aether.domain.callbacks import Rules
from aether.domain.direct import Direct
from aether.domain.embeddings import Embedder
from aether.domain.errors import Refused, Unauthenticated, Unavailable
from aether.domain.estimates import Estimates
from aether.domain.events import Feed
from aether.domain.graph import Graph, Work
from aether.domain.identity import Credential
from aether.domain.jobs import Queue
from aether.domain.moments import Moment
from aether.domain.receiving import Receiver
from aether.domain.vectors import Vectors
from aether.domain.viewers import Viewer
from aether.graphql.cursors import Cursors
from aether.graphql.loaders import Loaders
from aether.graphql.shelves import Shelf

P = ParamSpec("P")
T = TypeVar("T")


@dataclass(frozen=True, slots=True, kw_only=True)
class Ports:
    """The outside, as far as the API needs it.

    Attributes:
        issuer: The issuer whose people are expected.
        shelf: Where tables of texts are found.
    """

    graph: Graph
    blobs: Blobs
    embedder: Embedder
    vectors: Vectors
    feed: Feed
    queue: Queue
    estimates: Estimates
    receiver: Receiver
    direct: Direct | None
    doorkeeper: Doorkeeper
    issuer: str
    moment: Callable[[], Moment]
    secret: Callable[[], str]
    webhook_secret: Callable[[], str]
    callback_rules: Rules
    cursors: Cursors
    shelf: Shelf


READS_AT_ONCE = 8
"""How many transactions one request, or one connection, may have open to read."""


@dataclass(kw_only=True)
class Context:
    """One request, or one connection of a subscriber.

    Attributes:
        request_id: Names the request in answers and in logs.
        admitted: Who asks; none if nobody proved who they are.
        connection_params: What a subscriber sent to open the connection.
        away: Why the graph does not answer this request; none if that is not known to be so.
        explained: How the latest operation was answered, for admins who ask for it.
    """

    ports: Ports
    request_id: str
    admitted: Viewer | None = None
    credential: Credential | None = None
    connection_params: dict[str, Any] | None = None
    away: Unavailable | None = None
    explained: dict[str, Any] = field(default_factory=dict)
    _turns: asyncio.Semaphore = field(default_factory=lambda: asyncio.Semaphore(READS_AT_ONCE))

    @property
    def viewer(self) -> Viewer:
        """Who asks.

        Raises:
            Unauthenticated: Nobody we know.
        """
        if self.admitted is None:
            raise Unauthenticated("Sign in first, or send a token or an API key.")
        return self.admitted

    async def readmit(self) -> None:
        """Let the viewer in once more, as a subscription does at each event.

        Raises:
            Refused: Their token has ended, their key was revoked, or they are shut out.
        """
        if self.credential is None:
            return
        try:
            self.admitted = await self.ports.doorkeeper.admit(self.credential)
        except Refused:
            self.admitted = None
            raise

    @property
    def graph(self) -> Graph:
        """The graph of the viewer's tenant.

        Raises:
            Unavailable: It was asked already, and does not answer.
        """
        if self.away is not None:
            raise self.away
        return self.ports.graph.within(self.viewer.tenant)

    @cached_property
    def loaders(self) -> Loaders:
        """What is read many at a time."""
        return Loaders(self.graph, self.ports.estimates, self.ports.queue, self.viewer)

    async def read(
        self, use_case: Callable[Concatenate[Work, P], Awaitable[T]], /, *args: P.args, **kwargs: P.kwargs
    ) -> T:
        """Run *use_case* on the graph of the viewer's tenant, to read."""
        async with self._turns:
            return await self.graph.read(use_case, *args, **kwargs)

    async def write(
        self, use_case: Callable[Concatenate[Work, P], Awaitable[T]], /, *args: P.args, **kwargs: P.kwargs
    ) -> T:
        """Run *use_case* on the graph of the viewer's tenant, to write."""
        return await self.graph.write(use_case, *args, **kwargs)


Info = strawberry.Info[Context, None]
