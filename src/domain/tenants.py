"""Tenants: who shares one Aether without knowing of each other.

Every other thing belongs to exactly one tenant, and no answer ever crosses from one to
another. A tenant appears when its first user does. A suspended tenant lets nobody in.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime
from enum import StrEnum
from typing import Any, NewType, Protocol

from aether.domain import checks
from aether.domain.errors import Forbidden, Missing

TenantId = NewType("TenantId", str)

NAME_MOST = 255


class TenantStatus(StrEnum):
    """Whether a tenant's people may enter."""

    ACTIVE = "active"
    SUSPENDED = "suspended"


class TenantMissing(Missing):
    """There is no such tenant."""

    code = "TENANT_NOT_FOUND"


class TenantSuspended(Forbidden):
    """The tenant is suspended."""

    code = "TENANT_SUSPENDED"


@dataclass(frozen=True, slots=True, kw_only=True)
class Tenant:
    """An organisation on this Aether.

    Attributes:
        domain: The name by which the identity provider's tenant claim refers to it; unique.
        realm: The identity realm of its own, where it has one.
        settings: Free settings of the tenant, JSON values only.
    """

    id: TenantId
    name: str
    domain: str
    status: TenantStatus
    realm: str | None = None
    settings: Mapping[str, Any] = field(default_factory=dict)
    created_at: datetime
    updated_at: datetime

    @classmethod
    def new(cls, *, id: TenantId, domain: str, now: datetime) -> "Tenant":
        """A tenant at birth, named after its domain."""
        named = checks.line(domain, field="domain", most=NAME_MOST)
        return cls(
            id=id, name=named, domain=named, status=TenantStatus.ACTIVE, created_at=now, updated_at=now
        )

    def admitted(self) -> "Tenant":
        """This tenant, if its people may enter.

        Raises:
            TenantSuspended: They may not.
        """
        if self.status is not TenantStatus.ACTIVE:
            raise TenantSuspended("This organisation is suspended.")
        return self

    def renamed(self, name: str, *, now: datetime) -> "Tenant":
        """This tenant under another name."""
        return replace(self, name=checks.line(name, field="name", most=NAME_MOST), updated_at=now)


class Tenants(Protocol):
    """Where tenants are kept."""

    async def get(self) -> Tenant:
        """The tenant of this transaction.

        Raises:
            TenantMissing: It does not exist.
        """
        ...

    async def lock(self) -> Tenant:
        """The same, and nobody else changes it until this transaction ends."""
        ...

    async def claim(self, fresh: Tenant) -> Tenant:
        """The tenant with the domain of *fresh*: the one there is, else *fresh*, now kept."""
        ...

    async def put(self, tenant: Tenant) -> None:
        """Keep *tenant* as it now is."""
        ...


class Work(Protocol):
    """A transaction in which tenants can be read and written."""

    @property
    def tenants(self) -> Tenants:
        """The tenants."""
        ...


async def get(work: Work) -> Tenant:
    """The tenant of this transaction."""
    return await work.tenants.get()


async def rename(work: Work, *, name: str, now: datetime) -> Tenant:
    """Give the tenant of this transaction another name."""
    renamed = (await work.tenants.lock()).renamed(name, now=now)
    await work.tenants.put(renamed)
    return renamed
