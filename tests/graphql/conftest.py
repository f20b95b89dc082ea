"""What the API's tests ask for: an Aether over each engine, and people of a fresh organisation."""

from collections.abc import AsyncIterator

import pytest

from aether.domain.users import Role
from tests import engines as graph_engines
from tests.engines import Engines
from tests.graphql import house as houses
from tests.graphql.house import Beside, Caller, House
from tests.graphql.wire import Wire, talking


def pytest_configure(config: pytest.Config) -> None:
    config.addinivalue_line("markers", "engines: runs on every graph engine, not only on the embedded one")


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    if "house" in metafunc.fixturenames:
        everywhere = metafunc.definition.get_closest_marker("engines") is not None
        names = graph_engines.names() if everywhere else ["arcadedb"]
        metafunc.parametrize("house", names, indirect=True, scope="session")


@pytest.fixture(scope="session")
async def beside(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Beside]:
    async with houses.beside(tmp_path_factory.mktemp("beside")) as started:
        yield started


@pytest.fixture(scope="session")
async def house(
    request: pytest.FixtureRequest,
    engines: Engines,
    redis_url: str,
    beside: Beside,
    tmp_path_factory: pytest.TempPathFactory,
) -> AsyncIterator[House]:
    """An Aether. A test that is marked with `engines` runs once on each."""
    engine = await engines.get(request.param)
    database = 1 + ["arcadedb", "neo4j"].index(engine.name)
    async with houses.serving(
        engine,
        redis_url=f"{redis_url.removesuffix('/0')}/{database}",
        beside=beside,
        folder=tmp_path_factory.mktemp("house"),
    ) as serving:
        yield serving


@pytest.fixture(scope="module")
async def at_work(house: House) -> AsyncIterator[None]:
    """Events are handed on, and jobs run."""
    async with house.at_work():
        yield


@pytest.fixture
def here() -> str:
    """An organisation of this test's own."""
    return houses.anywhere()


@pytest.fixture
def ada(house: House, here: str) -> Caller:
    """Who owns things."""
    return house.person("ada", of=here)


@pytest.fixture
def ben(house: House, here: str) -> Caller:
    """With whom things are shared."""
    return house.person("ben", of=here)


@pytest.fixture
def eve(house: House, here: str) -> Caller:
    """A stranger, in the same organisation."""
    return house.person("eve", of=here)


@pytest.fixture
def root(house: House, here: str) -> Caller:
    """An admin of the organisation."""
    return house.person("root", Role.ADMIN, Role.USER, of=here)


@pytest.fixture
def vera(house: House, here: str) -> Caller:
    """Who only reads, whatever she is granted."""
    return house.person("vera", Role.VIEWER, of=here)


@pytest.fixture
def mallory(house: House) -> Caller:
    """A stranger, in another organisation."""
    return house.person("mallory", of=houses.anywhere())


@pytest.fixture
def nobody(house: House) -> Caller:
    """Who does not say who they are."""
    return house.caller()


@pytest.fixture
async def wire(ada: Caller) -> AsyncIterator[Wire]:
    """A socket of Ada's."""
    async with talking(ada) as opened:
        yield opened


@pytest.fixture
async def guest(ben: Caller) -> AsyncIterator[Wire]:
    """A socket of Ben's."""
    async with talking(ben) as opened:
        yield opened
