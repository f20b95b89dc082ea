"""The graph engines that the tests run on: the embedded ArcadeDB, and a real Neo4j where one can be had.

Each starts when the first test asks for it, and serves until the session ends.
`AETHER_TEST_ENGINES=arcadedb` leaves the other out.
"""

import os
import secrets
from collections.abc import Sequence
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path

from aether.adapters.embedded import arcadedb
from aether.adapters.embedded.children import Supervisor
from aether.adapters.embedded.ports import free_port
from tests.servers import neo4j

WANTED = tuple(os.environ.get("AETHER_TEST_ENGINES", "arcadedb,neo4j").split(","))


@dataclass(frozen=True, slots=True, kw_only=True)
class Engine:
    """A running graph engine.

    Attributes:
        name: `arcadedb` or `neo4j`.
        uri: For the driver.
        http: Where ArcadeDB takes SQL, by the same user and password; absent on Neo4j.
    """

    name: str
    uri: str
    user: str
    password: str = field(repr=False)
    database: str
    http: str | None = None


class Engines:
    """The engines of a session, by name; each is started once."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._supervisor = Supervisor(folder)
        self._started: dict[str, Engine] = {}

    async def get(self, name: str) -> Engine:
        """The running engine of that name."""
        if name not in self._started:
            start = {"arcadedb": self._arcadedb, "neo4j": self._neo4j}[name]
            self._started[name] = await start()
        return self._started[name]

    async def stop(self) -> None:
        """Stop those that run."""
        await self._supervisor.stop()

    async def _arcadedb(self) -> Engine:
        at = arcadedb.Address(bolt=free_port(), http=free_port(), password=secrets.token_urlsafe())
        await self._supervisor.start(arcadedb.child(self._folder / "arcadedb", at))
        return Engine(
            name="arcadedb",
            uri=at.uri,
            user=arcadedb.USER,
            password=at.password,
            database=arcadedb.DATABASE,
            http=at.http_url,
        )

    async def _neo4j(self) -> Engine:
        port, password = free_port(), secrets.token_urlsafe()
        await self._supervisor.start(neo4j.child(self._folder / "neo4j", port=port, password=password))
        return Engine(
            name="neo4j",
            uri=f"bolt://127.0.0.1:{port}",
            user=neo4j.USER,
            password=password,
            database=neo4j.DATABASE,
        )


@cache
def why_not_neo4j() -> str | None:
    """Why Neo4j does not run, if it does not. Fetches it if this is the first time."""
    if "neo4j" not in WANTED:
        return "AETHER_TEST_ENGINES leaves it out"
    try:
        neo4j.libraries()
    except neo4j.NotToBeHad as reason:
        return str(reason)
    return None


def names() -> Sequence[str]:
    """The engines that a test of the graph runs on."""
    return [name for name in WANTED if name != "neo4j" or why_not_neo4j() is None]


def summary() -> str:
    """Which engines the tests of the graph ran on, and why one did not."""
    if reason := why_not_neo4j():
        return f"graph engines: {', '.join(names())}; Neo4j did not run ({reason})"
    return f"graph engines: {', '.join(names())} {neo4j.VERSION}"
