"""What the graph's tests ask for: a migrated graph, a tenant of their own, people in it."""

from collections.abc import AsyncIterator

import pytest
from neo4j import AsyncDriver

from aether.adapters.neo4j import statements
from aether.adapters.neo4j.graph import Neo4jGraph
from aether.domain.graph import Graph
from aether.domain.viewers import Viewer
from tests import make
from tests.engines import Engine
from tests.graph.graphs import CYPHER, WriteTwice, migrated
from tests.make import Home


@pytest.fixture(scope="session")
async def driver(engine: Engine) -> AsyncIterator[AsyncDriver]:
    """A driver for the engine, whose graph is migrated."""
    async with migrated(engine) as opened:
        yield opened


@pytest.fixture(scope="session")
def anybody(driver: AsyncDriver, engine: Engine) -> Neo4jGraph:
    """The graph as nobody in particular sees it."""
    return Neo4jGraph(driver, statements.load(CYPHER), database=engine.database)


@pytest.fixture
async def plain(anybody: Neo4jGraph, driver: AsyncDriver, engine: Engine) -> AsyncIterator[Home]:
    """A tenant of this test's own, on a graph that runs each write once."""
    home = await make.home(anybody)
    yield home
    await _tidied(home, driver, engine)


@pytest.fixture
async def abroad(anybody: Neo4jGraph, driver: AsyncDriver, engine: Engine) -> AsyncIterator[Home]:
    """Another tenant."""
    home = await make.home(anybody)
    yield home
    await _tidied(home, driver, engine)


async def _tidied(home: Home, driver: AsyncDriver, engine: Engine) -> None:
    """Leave no work behind for the workers and relays of other tests."""
    for label in ("Event", "Job"):
        await driver.execute_query(
            f"MATCH (n:{label} {{tenant: $tenant}}) DETACH DELETE n",  # type: ignore[arg-type, unused-ignore]
            tenant=home.tenant.id,
            database_=engine.database,
        )


@pytest.fixture
def home(plain: Home) -> Home:
    """The same tenant, on a graph that runs each write twice."""
    return Home(tenant=plain.tenant, graph=WriteTwice(plain.graph))


@pytest.fixture
def graph(home: Home) -> Graph:
    """The graph of this test's tenant."""
    return home.graph


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


@pytest.fixture
async def mallory(abroad: Home) -> Viewer:
    """A stranger in another tenant."""
    return await abroad.person("mallory")
