"""The servers of the race: `aether api` as a cluster runs it, and the peer without and with authorization."""

import asyncio
import contextlib
import os
import secrets
import shutil
import subprocess
import sys
from collections.abc import AsyncIterator, Callable, Iterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import partial
from pathlib import Path
from typing import Literal
from urllib.parse import urlsplit

import jwt
import uvicorn
from starlette.applications import Starlette
from typing_extensions import override

from aether.adapters.embedded.children import Child
from aether.adapters.embedded.ports import free_port
from aether.adapters.embedded.probes import answers
from aether.adapters.local_issuer.issuer import LocalIssuer
from aether.settings import Settings, environment
from bench.read.engines import Engine
from bench.read.world import DOMAIN, PEOPLE, World

PEER = Path(__file__).parent / "peer"
LASTS = timedelta(hours=12)

Dialect = Literal["aether", "peer"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Server:
    """A server that answers GraphQL.

    Attributes:
        tokens: That of each person, by place; empty where none is asked for.
    """

    name: str
    dialect: Dialect
    url: str
    pid: int
    tokens: Sequence[str]


def install() -> None:
    """Have npm install the peer as its lock file says, unless that was done."""
    kept = PEER / "node_modules" / ".package-lock.json"
    if not kept.exists() or kept.stat().st_mtime < (PEER / "package-lock.json").stat().st_mtime:
        subprocess.run([_found("npm"), "ci", "--no-audit", "--no-fund"], cwd=PEER, check=True)


@asynccontextmanager
async def running(
    engine: Engine, world: World, *, log_level: str, levels: int
) -> AsyncIterator[list[Server]]:
    """Aether and Aether pipelined, the peer and the peer with authorization, on *engine*."""
    async with _issuer(engine.settings, world) as issuer:
        mint = partial(issuer.mint, ttl=LASTS)
        tokens = [mint(world.profile(person).username) for person in range(PEOPLE)]
        yield [
            await _aether(engine, tokens, log_level),
            await _aether(engine, tokens, log_level, pipelined=True),
            await _peer(engine, world, "plain", levels),
            await _peer(engine, world, "authorization", levels),
        ]


async def _aether(
    engine: Engine, tokens: Sequence[str], log_level: str, *, pipelined: bool = False
) -> Server:
    name = "aether pipelined" if pipelined else "aether"
    found = engine.settings.model_copy(update={"graph_pipelined": pipelined, "port": free_port()})
    child = Child(
        name=name,
        argv=(sys.executable, "-m", "aether.cli", "api"),
        env={**environment(found), "AETHER_LOG_LEVEL": log_level},
        ready=partial(answers, f"{found.origin}/readyz"),
    )
    await engine.supervisor.start(child)
    pid = engine.supervisor.pids()[name]
    return Server(name=name, dialect="aether", url=f"{found.origin}/graphql", pid=pid, tokens=tokens)


async def _peer(engine: Engine, world: World, mode: str, levels: int) -> Server:
    found, port, secret = engine.settings, free_port(), secrets.token_urlsafe(32)
    authorized = mode == "authorization"
    name = "peer+auth" if authorized else "peer"
    child = Child(
        name=name,
        argv=(_found("node"), str(PEER / "server.mjs"), mode),
        env={
            "NODE_ENV": "production",
            "PORT": str(port),
            "GRAPH_URL": found.graph_url,
            "GRAPH_USER": found.graph_user,
            "GRAPH_PASSWORD": found.graph_password.get_secret_value(),
            "GRAPH_DATABASE": found.graph_database,
            "ADD_VERSION_PREFIX": "false" if found.graph_sql_url else "true",
            "JWT_SECRET": secret,
            "LEVELS": str(levels),
        },
        ready=partial(answers, f"http://127.0.0.1:{port}/health"),
    )
    await engine.supervisor.start(child)
    return Server(
        name=name,
        dialect="peer",
        url=f"http://127.0.0.1:{port}/graphql",
        pid=engine.supervisor.pids()[name],
        tokens=[_signed(world, it, secret) if authorized else "" for it in range(PEOPLE)],
    )


def _signed(world: World, person: int, secret: str) -> str:
    """A person's token for the peer; a shared secret is the cheapest signature that it knows."""
    ends = datetime.now(UTC) + LASTS
    claims = {"sub": world.users[person]["id"], "tenant": world.tenant, "exp": ends, "aud": DOMAIN}
    return jwt.encode(claims, secret, algorithm="HS256")


class _Server(uvicorn.Server):
    """A server beside others in this process, which leaves signals alone."""

    @override
    @contextlib.contextmanager
    def capture_signals(self) -> Iterator[None]:
        yield


@asynccontextmanager
async def _issuer(found: Settings, world: World) -> AsyncIterator[LocalIssuer]:
    """An issuer that knows who asks, where *found* says that it is."""
    place = urlsplit(found.issuer_discovery_url)
    issuer = LocalIssuer(
        profile="embedded",
        folder=found.data / "issuer",
        people=[world.profile(person) for person in range(PEOPLE)],
        base_url=f"{place.scheme}://{place.netloc}",
    )
    config = uvicorn.Config(
        Starlette(routes=issuer.routes()), port=place.port or 0, log_config=None, lifespan="off"
    )
    server = _Server(config)
    serving = asyncio.create_task(server.serve())
    await _until(lambda: server.started)
    try:
        yield issuer
    finally:
        server.should_exit = True
        await serving


async def _until(true: Callable[[], bool]) -> None:
    async with asyncio.timeout(10):
        while not true():  # noqa: ASYNC110 - uvicorn tells by a flag
            await asyncio.sleep(0.02)


def _found(program: str) -> str:
    path = shutil.which(program)
    if path is None:
        raise FileNotFoundError(f"The race needs {program}: Node 20 with npm ({os.environ.get('PATH')}).")
    return path
