"""What every test can ask for: a graph engine, a Redis."""

import secrets
from collections.abc import AsyncIterator, Generator

import pytest

from aether.adapters.embedded import redis
from aether.adapters.embedded.children import Supervisor
from aether.adapters.embedded.ports import free_port
from tests import engines as graph_engines
from tests.engines import Engine, Engines

_asked = pytest.StashKey[bool]()


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    if "engine" in metafunc.fixturenames:
        metafunc.config.stash[_asked] = True
        metafunc.parametrize("engine", graph_engines.names(), indirect=True, scope="session")


@pytest.hookimpl(wrapper=True, tryfirst=True)
def pytest_terminal_summary(
    terminalreporter: pytest.TerminalReporter, config: pytest.Config
) -> Generator[None]:
    yield
    # Whoever only hands tests out to processes of their own does not know what these asked for.
    if config.stash.get(_asked, False) or config.getoption("numprocesses", None):
        terminalreporter.write_line(graph_engines.summary())


@pytest.fixture(scope="session")
async def engines(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Engines]:
    started = Engines(tmp_path_factory.mktemp("engines"))
    yield started
    await started.stop()


@pytest.fixture(scope="session")
async def engine(request: pytest.FixtureRequest, engines: Engines) -> Engine:
    """A running graph engine. A test that asks for it runs once on each."""
    return await engines.get(request.param)


@pytest.fixture(scope="session")
async def redis_url(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[str]:
    """A running Redis, empty at first."""
    folder = tmp_path_factory.mktemp("redis")
    at = redis.Address(port=free_port(), password=secrets.token_urlsafe())
    supervisor = Supervisor(folder)
    await supervisor.start(redis.child(folder / "data", at))
    yield at.url
    await supervisor.stop()
