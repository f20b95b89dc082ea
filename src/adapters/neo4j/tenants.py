"""Tenants in the graph: `(:Tenant)`, found by domain."""

from typing_extensions import override

from aether.adapters.neo4j.rows import instant, lock, text_of, value_of
from aether.adapters.neo4j.runner import Row, Runner
from aether.domain.tenants import Tenant, TenantId, TenantMissing, Tenants, TenantStatus


class Neo4jTenants(Tenants):
    """Where tenants are kept."""

    def __init__(self, run: Runner) -> None:
        self._run = run

    @override
    async def get(self) -> Tenant:
        if (row := await self._run.one("tenants/get")) is None:
            raise TenantMissing("There is no such tenant.")
        return tenant_of(row["tenant"])

    @override
    async def lock(self) -> Tenant:
        if (row := await self._run.one("tenants/lock", lock=lock())) is None:
            raise TenantMissing("There is no such tenant.")
        return tenant_of(row["tenant"])

    @override
    async def claim(self, fresh: Tenant) -> Tenant:
        rows = await self._run(
            "tenants/claim",
            domain=fresh.domain,
            id=fresh.id,
            name=fresh.name,
            status=fresh.status.value,
            now=fresh.created_at,
        )
        return tenant_of(rows[0]["tenant"])

    @override
    async def put(self, tenant: Tenant) -> None:
        await self._run(
            "tenants/put",
            name=tenant.name,
            status=tenant.status.value,
            realm=tenant.realm,
            settings=text_of(tenant.settings),
            updated_at=tenant.updated_at,
        )


def tenant_of(row: Row) -> Tenant:
    """The tenant in a row's map."""
    return Tenant(
        id=TenantId(row["id"]),
        name=row["name"],
        domain=row["domain"],
        status=TenantStatus(row["status"]),
        realm=row["realm"],
        settings=value_of(row["settings"]),
        created_at=instant(row["created_at"]),
        updated_at=instant(row["updated_at"]),
    )
