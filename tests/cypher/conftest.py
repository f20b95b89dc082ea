"""What the statements' tests ask for: a migrated graph."""

from collections.abc import AsyncIterator

import pytest
from neo4j import AsyncDriver

from tests.engines import Engine
from tests.graph.graphs import migrated


@pytest.fixture(scope="session")
async def driver(engine: Engine) -> AsyncIterator[AsyncDriver]:
    """A driver for the engine, whose graph is migrated."""
    async with migrated(engine) as opened:
        yield opened
