"""Serving everything in one process, on a stack that runs already."""

import asyncio
import contextlib
import signal
import socket
import sys
from collections.abc import Awaitable, Callable, Iterator, Mapping
from typing import Any

import structlog
import uvicorn
from typing_extensions import override

from aether import demo
from aether.adapters.embedded.children import Child, Supervisor
from aether.adapters.local_issuer.issuer import LocalIssuer
from aether.adapters.sentence_transformers.models import Model
from aether.bootstrap.parts import Outside, outside, relaying
from aether.bootstrap.serving import Page, application, identity
from aether.bootstrap.tending import migrate
from aether.settings import Profile, Settings, environment

log = structlog.get_logger()


async def serve(settings: Settings, supervisor: Supervisor, *, empty: bool, model: bool) -> None:
    """Serve until told to stop.

    Args:
        settings: Where everything is.
        supervisor: Runs the model and the worker beside us.
        empty: Whether to begin without the demo workspace.
        model: Whether the model is to be run too, or runs already.
    """
    await migrate(settings)
    local = issuer(settings)
    async with (
        outside(settings) as opened,
        identity(settings, local) as known,
        relaying(opened),
    ):
        page = await _page(opened, local, empty=empty)
        app = application(opened, known, page=page)

        async def serving() -> None:
            # What takes the processor for seconds comes when the page is already there.
            log.info("aether_is_up", url=f"http://{settings.host}:{settings.port}")
            await supervisor.start(*([_embedder(settings)] if model else []), _worker(settings))

        await _run(app, settings, then=serving)


async def _at_once() -> bool:
    """Nothing waits for it: texts wait for the model, and jobs for the worker."""
    return True


def _embedder(settings: Settings) -> Child:
    model = Model.packaged() if settings.model is None else Model.at(settings.model)
    return Child(
        name="embedder",
        argv=(
            sys.executable,
            "-m",
            "aether.adapters.sentence_transformers",
            f"--socket={settings.embedder_socket}",
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


async def _page(opened: Outside, local: LocalIssuer | None, *, empty: bool) -> Page:
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
    """A server that says when it serves, and leaves signals to us, so that everything else is stopped too."""

    def __init__(self, config: uvicorn.Config, *, then: Callable[[], Awaitable[None]]) -> None:
        super().__init__(config)
        self._then = then

    @override
    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        """Listen, and say so."""
        await super().startup(sockets)
        await self._then()

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


async def _run(app: Any, settings: Settings, *, then: Callable[[], Awaitable[None]]) -> None:
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
    await _Server(config, then=then).serve()
