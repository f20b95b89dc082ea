import asyncio

import pytest

from aether.adapters.neo4j.graph import Neo4jGraph
from aether.adapters.system import moment
from aether.domain import tenants
from aether.domain.errors import Invalid
from aether.domain.graph import Graph
from aether.domain.tenants import TenantId, TenantMissing, TenantStatus
from tests import make
from tests.make import Home


async def test_a_tenant_is_named_after_its_domain_until_it_is_renamed(home: Home) -> None:
    assert (home.tenant.name, home.tenant.status) == (home.tenant.domain, TenantStatus.ACTIVE)

    renamed = await home.graph.write(tenants.rename, name=" River  Watch ", now=moment().now)

    assert renamed.name == "River Watch"
    assert await home.graph.read(tenants.get) == renamed
    assert (await make.home(home.graph, domain=home.tenant.domain)).tenant == renamed


async def test_a_tenant_has_a_name(graph: Graph) -> None:
    with pytest.raises(Invalid):
        await graph.write(tenants.rename, name="  ", now=moment().now)


async def test_a_tenant_that_does_not_exist_is_missing(anybody: Neo4jGraph) -> None:
    with pytest.raises(TenantMissing):
        await anybody.within(TenantId("tenant_none")).read(tenants.get)


async def test_a_domain_claimed_by_eight_at_once_is_one_tenant(anybody: Neo4jGraph) -> None:
    domain = moment().id("domain")

    homes = await asyncio.gather(*(make.home(anybody, domain=domain) for _ in range(8)))

    assert len({home.tenant.id for home in homes}) == 1


async def test_who_belongs_to_no_tenant_runs_nothing_that_is_a_tenants(anybody: Neo4jGraph) -> None:
    with pytest.raises(TypeError, match="needs a tenant"):
        await anybody.read(tenants.get)
