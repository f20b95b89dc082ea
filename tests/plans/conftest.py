"""What the comparison of both ways asks for: the ways themselves, a world, and people of a fresh tenant."""

from collections.abc import AsyncIterator, Iterable
from pathlib import Path

import pytest
from neo4j import AsyncDriver

from aether.adapters.neo4j import statements
from aether.adapters.neo4j.graph import Neo4jGraph
from aether.domain.tenants import TenantId
from aether.domain.viewers import Viewer
from tests import make
from tests.engines import Engine
from tests.graph.graphs import CYPHER, bolt, migrated
from tests.make import Home
from tests.plans import worlds
from tests.plans.paths import Paths
from tests.plans.worlds import World

SEED = 4
HERE = Path(__file__).parent


@pytest.hookimpl(tryfirst=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Neo4j plans each new statement for a tenth of a second or more, so that this takes minutes there."""
    for item in items:
        if item.path.parent == HERE and "neo4j" in item.name:
            item.add_marker(pytest.mark.slow)
            if "500" in item.name:
                item.add_marker(pytest.mark.skip(reason="`make fuzz` asks Neo4j as long as you like"))


@pytest.fixture(scope="session")
async def driver(engine: Engine) -> AsyncIterator[AsyncDriver]:
    """A driver for the engine, whose graph is migrated."""
    async with migrated(engine) as opened:
        yield opened


@pytest.fixture(scope="session")
async def anybody(driver: AsyncDriver, engine: Engine) -> AsyncIterator[Neo4jGraph]:
    """The graph as nobody in particular sees it, and shown on the short way."""
    short = bolt(engine)
    yield Neo4jGraph(driver, statements.load(CYPHER), database=engine.database, bolt=short)
    short.close()


@pytest.fixture(scope="session")
def paths(anybody: Neo4jGraph, tmp_path_factory: pytest.TempPathFactory) -> Paths:
    """Both ways to an answer."""
    return Paths(anybody, tmp_path_factory.mktemp("paths"))


@pytest.fixture(scope="module")
async def world(anybody: Neo4jGraph, driver: AsyncDriver, engine: Engine) -> AsyncIterator[World]:
    """A tenant as life leaves it."""
    built = await worlds.build(anybody, SEED)
    yield built
    await _tidied(built.tenants, driver, engine)


@pytest.fixture
async def home(anybody: Neo4jGraph, driver: AsyncDriver, engine: Engine) -> AsyncIterator[Home]:
    """A tenant of this test's own."""
    fresh = await make.home(anybody)
    yield fresh
    await _tidied([fresh.tenant.id], driver, engine)


@pytest.fixture
async def ada(home: Home) -> Viewer:
    """Who owns things."""
    return await home.person("ada")


@pytest.fixture
async def ben(home: Home) -> Viewer:
    """With whom things are shared."""
    return await home.person("ben")


@pytest.fixture
async def eve(home: Home) -> Viewer:
    """A stranger, in the same tenant."""
    return await home.person("eve")


async def _tidied(tenants: Iterable[TenantId], driver: AsyncDriver, engine: Engine) -> None:
    """Leave no work behind for the workers and relays of other tests."""
    for tenant in tenants:
        for label in ("Event", "Job"):
            await driver.execute_query(
                f"MATCH (n:{label} {{tenant: $tenant}}) DETACH DELETE n",  # type: ignore[arg-type, unused-ignore]
                tenant=tenant,
                database_=engine.database,
            )
