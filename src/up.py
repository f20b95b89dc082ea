"""`aether up`: everything on one machine, on the embedded stack."""

import asyncio
import contextlib
import secrets
import socket
import tempfile
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from pathlib import Path
from types import ModuleType
from typing import Any

from pydantic import SecretStr

from aether.adapters import system
from aether.adapters.embedded import arcadedb, folders, stack
from aether.domain.errors import Conflict
from aether.settings import Settings


class PortTaken(Conflict):
    """Another program listens on the port."""

    code = "PORT_TAKEN"

    def __init__(self, host: str, port: int, *, reason: str | None) -> None:
        super().__init__(
            f"Nobody can listen on port {port} of {host} ({reason}): choose another with --port."
        )


async def up(settings: Settings, *, empty: bool, reset: bool = False) -> None:
    """Run everything until told to stop.

    Args:
        settings: What is set. A part whose address is set is not started but used.
        empty: Whether to begin without the demo workspace.
        reset: Whether to delete everything in the folder first.

    Raises:
        FolderInUse: Another Aether runs on the same folder.
        PortTaken: Somebody else listens where we should.
    """
    _demand_free(settings.host, settings.port)
    if reset:
        folders.reset(settings.data)
    # The servers take as long to start as the rest of us takes to import: both at once.
    importing = asyncio.create_task(asyncio.to_thread(_imported))
    async with _stacked(settings) as (whole, running):
        model = settings.embedder_socket is None
        await (await importing).serve(whole, running.supervisor, empty=empty, model=model)


def _imported() -> ModuleType:
    with system.staying(), system.without("numpy", "pygments", "rich"):
        from aether import serving

    return serving


def _demand_free(host: str, port: int) -> None:
    """Refuse before anything is started if we could not listen in the end."""
    try:
        with socket.create_server((host, port), family=socket.AF_INET6 if ":" in host else socket.AF_INET):
            pass
    except OSError as error:
        raise PortTaken(host, port, reason=error.strerror) from None


@asynccontextmanager
async def _stacked(settings: Settings) -> AsyncIterator[tuple[Settings, stack.Stack]]:
    """The embedded stack, and *settings* with where its parts are."""
    async with stack.up(
        settings.data,
        graph=not settings.graph_url,
        redis=not settings.redis_url,
        vectors=not settings.qdrant_url,
        heap=settings.graph_heap,
        statement_s=settings.graph_deadline_s,
    ) as running:
        with _sockets() as sockets:
            found: dict[str, Any] = {"session_key": _kept_key(settings.data)}
            if running.graph:
                found |= {
                    "graph_url": running.graph.uri,
                    "graph_sql_url": running.graph.http_url,
                    "graph_user": arcadedb.USER,
                    "graph_password": SecretStr(running.graph.password),
                    "graph_database": arcadedb.DATABASE,
                    "graph_pipelined": True,
                }
            if running.redis:
                found["redis_url"] = running.redis.url
            if running.vectors:
                found |= {"qdrant_url": running.vectors.url, "qdrant_key": SecretStr(running.vectors.key)}
            if settings.embedder_socket is None:
                found["embedder_socket"] = sockets / "embedder"
            yield settings.model_copy(update=found), running


@contextlib.contextmanager
def _sockets() -> Iterator[Path]:
    """A folder for sockets, whose paths may not be long."""
    with tempfile.TemporaryDirectory(prefix="aether-") as folder:
        yield Path(folder)


def _kept_key(data: Path) -> SecretStr:
    """The key that signs cursors and logins, the same at each start."""
    path = data / "session.key"
    if not path.exists():
        fresh = data / "session.key.new"
        fresh.touch(mode=0o600)
        fresh.write_text(secrets.token_urlsafe(48))
        fresh.replace(path)
    return SecretStr(path.read_text())
