"""Viewers: who is asking, and the most they may do wherever they are let in.

What a viewer may see is decided by the graph (see `access`). A viewer carries only what
came with the token or the key: the person, the tenant, the roles, and a ceiling.
"""

from dataclasses import dataclass

from aether.domain.access import Permission
from aether.domain.errors import Forbidden
from aether.domain.tenants import TenantId
from aether.domain.users import Role, User, UserId


class RoleMissing(Forbidden):
    """The viewer has none of the roles that this takes."""

    code = "ROLE_REQUIRED"


@dataclass(frozen=True, slots=True, kw_only=True)
class Viewer:
    """The person or program that asks.

    Attributes:
        ceiling: The most that the viewer may do to anything, whatever the graph grants: a
            read-only role or key never writes.
        by_key: Whether a program asks, with an API key, in the person's name.
    """

    user: UserId
    tenant: TenantId
    roles: frozenset[Role]
    ceiling: Permission = Permission.ADMIN
    by_key: bool = False

    @classmethod
    def of(cls, user: User, *, ceiling: Permission = Permission.ADMIN, by_key: bool = False) -> "Viewer":
        """The viewer that *user* is, if they may enter."""
        user.admitted()
        only_reads = user.roles <= {Role.VIEWER}
        most = Permission.READ if only_reads else Permission.ADMIN
        return cls(
            user=user.id,
            tenant=user.tenant,
            roles=user.roles,
            ceiling=min(ceiling, most),
            by_key=by_key,
        )

    def within(self, granted: Permission | None) -> Permission | None:
        """What is left of *granted* under the ceiling."""
        return None if granted is None else min(granted, self.ceiling)

    def needs(self, *roles: Role) -> None:
        """Refuse unless the viewer has one of *roles*; an admin has them all.

        Raises:
            RoleMissing: They have none of them.
        """
        if not self.roles & {*roles, Role.ADMIN}:
            raise RoleMissing(f"This takes the role {' or '.join(roles)}.")

    def administers(self) -> None:
        """Refuse whoever is no admin, or asks with a key that may do less than everything.

        Raises:
            RoleMissing: They may not look after the tenant.
        """
        self.needs(Role.ADMIN)
        if self.ceiling < Permission.ADMIN:
            raise RoleMissing("This takes a key that may administer.")

    def creates(self) -> None:
        """Refuse a viewer who may only read.

        Raises:
            RoleMissing: Their roles or their key only let them read.
        """
        if self.ceiling < Permission.WRITE:
            raise RoleMissing("This takes more than a read-only role or key.")

    def decides(self) -> None:
        """Refuse a program whose key only reads; a person decides on their own things, whatever their role.

        Raises:
            RoleMissing: Their key only lets them read.
        """
        if self.by_key:
            self.creates()
