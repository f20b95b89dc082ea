"""`aether up`: everything on one machine, on the embedded stack."""

import asyncio
import contextlib
import secrets
import signal
import socket
import sys
import tempfile
from collections.abc import AsyncIterator, Iterator, Mapping
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import structlog
import uvicorn
from pydantic import SecretStr
from typing_extensions import override

from aether import bootstrap, demo
from aether.adapters.embedded import arcadedb, folders, stack
from aether.adapters.embedded.children import Child
from aether.adapters.local_issuer.issuer import LocalIssuer
from aether.adapters.sentence_transformers.models import Model
from aether.domain.errors import Conflict
from aether.settings import Profile, Settings, environment

log = structlog.get_logger()


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
    async with _stacked(settings) as (whole, running):
        await bootstrap.migrate(whole)
        local = issuer(whole)
        async with (
            bootstrap.outside(whole) as opened,
            bootstrap.identity(whole, local) as known,
            bootstrap.relaying(opened),
        ):
            page = await _page(opened, local, empty=empty)
            app = bootstrap.application(opened, known, page=page)
            await running.supervisor.start(_worker(whole))
            await _serve(app, whole)


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
                }
            if running.redis:
                found["redis_url"] = running.redis.url
            if running.vectors:
                found |= {"qdrant_url": running.vectors.url, "qdrant_key": SecretStr(running.vectors.key)}
            if settings.embedder_socket is None:
                found["embedder_socket"] = sockets / "embedder"
                await running.supervisor.start(_embedder(settings, sockets / "embedder"))
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


async def _at_once() -> bool:
    """Nothing waits for it: texts wait for the model, and jobs for the worker."""
    return True


def _embedder(settings: Settings, socket: Path) -> Child:
    model = Model.packaged() if settings.model is None else Model.at(settings.model)
    return Child(
        name="embedder",
        argv=(
            sys.executable,
            "-m",
            "aether.adapters.sentence_transformers",
            f"--socket={socket}",
            f"--model={model.folder}",
            "--threads=2",
        ),
        ready=_at_once,
    )


def _worker(settings: Settings) -> Child:
    return Child(
        name="worker",
        argv=(sys.executable, "-m", "aether.worker"),
        ready=_at_once,
        env=environment(settings),
        stop_s=5.0,
    )


def issuer(settings: Settings) -> LocalIssuer | None:
    """The local issuer, unless a real one is set."""
    if settings.issuer:
        return None
    origins = [f"http://{name}:{settings.port}" for name in ("127.0.0.1", "localhost")]
    return LocalIssuer(
        profile=settings.profile.value,
        folder=settings.data / "issuer",
        people=demo.PEOPLE,
        base_url=origins[0],
        callbacks=[f"{origin}/auth/callback" for origin in origins],
    )


async def _page(opened: bootstrap.Outside, local: LocalIssuer | None, *, empty: bool) -> bootstrap.Page:
    """What the page at `/` is told: three operations that return something, and tokens fresh at each look."""
    if local is None:
        return dict
    notebooks = [] if empty else await demo.seed(opened.worker_ports, opened.told)
    first = demo.PEOPLE[0]
    fixed = {
        "person": first.full_name,
        "examples": demo.examples(notebooks),
        "demo": {"notebooks": [{"id": notebook.id, "name": notebook.name} for notebook in notebooks]},
    }

    def page() -> Mapping[str, Any]:
        people = [
            {"name": person.full_name or person.username, "token": local.mint(person.username)}
            for person in demo.PEOPLE
        ]
        return {**fixed, "people": people, "token": people[0]["token"]}

    return page


class _Server(uvicorn.Server):
    """A server that leaves signals to us, so that everything else is stopped too."""

    @override
    @contextlib.contextmanager
    def capture_signals(self) -> Iterator[None]:
        """Ask the server to end at the first signal."""
        loop = asyncio.get_running_loop()
        for number in (signal.SIGINT, signal.SIGTERM):
            loop.add_signal_handler(number, self._end)
        yield

    def _end(self) -> None:
        self.should_exit = True


async def _serve(app: Any, settings: Settings) -> None:
    config = uvicorn.Config(
        app,
        host=settings.host,
        port=settings.port,
        log_config=None,
        access_log=False,
        lifespan="off",
        timeout_graceful_shutdown=5,
        ws_max_size=1 << 20,
        proxy_headers=settings.profile is not Profile.EMBEDDED,
    )
    server = _Server(config)
    log.info("aether_is_up", url=f"http://{settings.host}:{settings.port}")
    await server.serve()
