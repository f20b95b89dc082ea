"""The graph engines of the race, each fresh and migrated, with what else Aether needs."""

import dataclasses
import secrets
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

from pydantic import SecretStr

from aether import settings
from aether.adapters.embedded import arcadedb, stack
from aether.adapters.embedded.children import Supervisor
from aether.adapters.embedded.ports import free_port
from aether.adapters.local_issuer.mint import NAME as ISSUER
from aether.bootstrap import tending
from aether.settings import Settings
from tests.servers import neo4j

HEAP = "2g"
"""What each engine may use, so that they start even."""


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class Engine:
    """A running graph engine, and the settings of an Aether on it.

    Attributes:
        name: `arcadedb` or `neo4j`, with the version.
        supervisor: Runs it, and can be given further children.
    """

    name: str
    settings: Settings
    supervisor: Supervisor

    @property
    def pid(self) -> int:
        """The process of the graph."""
        return self.supervisor.pids()[self.name.partition(" ")[0]]


@asynccontextmanager
async def running(name: str, folder: Path) -> AsyncIterator[Engine]:
    """The engine *name* with a Redis and a vector store, all in *folder*."""
    async with stack.up(folder / "stack", graph=name == "arcadedb", heap=HEAP) as up:
        if up.graph:
            graph, called = _arcadedb(up.graph), "arcadedb"
        else:
            graph, called = await _neo4j(up.supervisor, folder / "neo4j"), f"neo4j {neo4j.VERSION}"
        found = settings.read(**graph, **_beside(up, folder))
        await tending.migrate(found)
        yield Engine(name=called, settings=found, supervisor=up.supervisor)


def _arcadedb(at: arcadedb.Address) -> dict[str, Any]:
    return {
        "graph_url": at.uri,
        "graph_sql_url": at.http_url,
        "graph_user": arcadedb.USER,
        "graph_password": SecretStr(at.password),
        "graph_database": arcadedb.DATABASE,
    }


async def _neo4j(supervisor: Supervisor, home: Path) -> dict[str, Any]:
    port, password = free_port(), secrets.token_urlsafe()
    child = neo4j.child(home, port=port, password=password)
    argv = tuple(f"-Xmx{HEAP}" if part.startswith("-Xmx") else part for part in child.argv)
    await supervisor.start(dataclasses.replace(child, argv=argv))
    return {
        "graph_url": f"bolt://127.0.0.1:{port}",
        "graph_user": neo4j.USER,
        "graph_password": SecretStr(password),
        "graph_database": neo4j.DATABASE,
    }


def _beside(up: stack.Stack, folder: Path) -> dict[str, Any]:
    assert up.redis is not None
    assert up.vectors is not None
    port, issuer_port = free_port(), free_port()
    return {
        "profile": "cluster",
        "data": folder / "data",
        "port": port,
        "redis_url": up.redis.url,
        "qdrant_url": up.vectors.url,
        "qdrant_key": SecretStr(up.vectors.key),
        "issuer": ISSUER,
        "issuer_discovery_url": (
            f"http://127.0.0.1:{issuer_port}/local-issuer/.well-known/openid-configuration"
        ),
        "client_secret": SecretStr(secrets.token_urlsafe()),
    }
