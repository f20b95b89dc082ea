"""The stack: the graph, Redis and the vectors of one data folder, kept running while we need them."""

from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path

from aether.adapters.embedded import addresses, arcadedb, folders, qdrant, redis
from aether.adapters.embedded.children import Child, Supervisor


@dataclass(frozen=True, slots=True, kw_only=True)
class Stack:
    """A stack that runs. What was not wanted of it is absent.

    Attributes:
        supervisor: Keeps it running. It can be given further children; they are stopped first.
    """

    graph: arcadedb.Address | None
    redis: redis.Address | None
    vectors: qdrant.Address | None
    supervisor: Supervisor


@asynccontextmanager
async def up(
    folder: Path,
    *,
    graph: bool = True,
    redis: bool = True,
    vectors: bool = True,
    heap: str = "512m",
    statement_s: float = 30.0,
) -> AsyncIterator[Stack]:
    """Run the wanted parts on the data of *folder* until the end of the block.

    Args:
        folder: Is made if it is missing. Logs are in `logs` below it.
        graph: Whether to run a graph, or else leave that to somebody's Neo4j.
        redis: Whether to run a Redis.
        vectors: Whether to run a vector store.
        heap: The most memory for the graph's objects, in Java's notation.
        statement_s: How long one statement of the graph may take, in seconds.

    Raises:
        FolderInUse: Another process runs a stack on it.
        FolderForeign: It holds things that are not ours.
        ChildFailed: A part did not start; none of them runs then.
    """
    with folders.owned(folder) as home:
        at = addresses.of(home)
        stack = Stack(
            graph=at.graph if graph else None,
            redis=at.redis if redis else None,
            vectors=at.vectors if vectors else None,
            supervisor=Supervisor(home / "logs"),
        )
        try:
            await stack.supervisor.start(*_children(home, stack, heap=heap, statement_s=statement_s))
            yield stack
        finally:
            await stack.supervisor.stop()


def _children(home: Path, stack: Stack, *, heap: str, statement_s: float) -> Iterator[Child]:
    if stack.graph:
        yield arcadedb.child(home / "graph", stack.graph, heap=heap, statement_s=statement_s)
    if stack.redis:
        yield redis.child(home / "redis", stack.redis)
    if stack.vectors:
        yield qdrant.child(home / "vectors", stack.vectors)
