"""Tenants in the API: one's own organisation, and no other."""

from datetime import datetime

import strawberry

from aether.domain import tenants
from aether.domain.tenants import TenantStatus
from aether.graphql.context import Info
from aether.graphql.nodes import Node
from aether.graphql.refusals import Payload, mutation


@strawberry.type
class Tenant(Node):
    """An organisation on this Aether.

    Attributes:
        name: Its name.
        domain: The name under which the identity provider knows it.
        status: Whether its people may enter.
        created_at: When it appeared.
    """

    name: str
    domain: str
    status: TenantStatus
    created_at: datetime

    @classmethod
    def of(cls, tenant: tenants.Tenant) -> "Tenant":
        """*tenant*, shown to its people."""
        return cls(
            id=strawberry.ID(tenant.id),
            name=tenant.name,
            domain=tenant.domain,
            status=tenant.status,
            created_at=tenant.created_at,
        )


async def tenant_by_id(info: Info, id: str) -> Tenant | None:
    """One's own organisation, if that is its id."""
    return Tenant.of(await info.context.read(tenants.get)) if id == info.context.viewer.tenant else None


@strawberry.input
class UpdateTenantInput:
    """What to change of one's organisation.

    Attributes:
        name: Its name from now on, at most 255 characters.
    """

    name: str


@strawberry.type
class UpdateTenantPayload(Payload):
    """The organisation, as it now is.

    Attributes:
        tenant: The organisation; none if it was refused.
    """

    tenant: Tenant | None = None


@strawberry.type
class TenantQueries:
    """Questions about one's organisation."""

    @strawberry.field
    async def tenant(self, info: Info) -> Tenant:
        """One's own organisation."""
        return Tenant.of(await info.context.read(tenants.get))


@strawberry.type
class TenantMutations:
    """Changes to one's organisation."""

    @mutation
    async def update_tenant(self, info: Info, input: UpdateTenantInput) -> UpdateTenantPayload:
        """Change one's organisation; takes the role of an admin.

        Args:
            input: What to change.
        """
        info.context.viewer.administers()
        now = info.context.ports.moment().now
        renamed = await info.context.write(tenants.rename, name=input.name, now=now)
        return UpdateTenantPayload(tenant=Tenant.of(renamed))
