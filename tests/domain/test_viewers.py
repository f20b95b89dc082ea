from datetime import UTC, datetime

import pytest

from aether.domain.access import Permission, PermissionMissing, demand
from aether.domain.notebooks import NotebookMissing
from aether.domain.tenants import TenantId
from aether.domain.users import Profile, Role, User, UserId, UserShutOut, UserStatus, permissions
from aether.domain.viewers import RoleMissing, Viewer

NOW = datetime(2026, 11, 21, tzinfo=UTC)


def user(*roles: Role, status: UserStatus = UserStatus.ACTIVE) -> User:
    profile = Profile(subject="x", issuer="x", tenant="x", username="ada", roles=frozenset(roles))
    fresh = User.new(profile, id=UserId("user_x"), tenant=TenantId("tenant_x"), now=NOW)
    return User(**{name: getattr(fresh, name) for name in fresh.__slots__} | {"status": status})


@pytest.mark.parametrize(
    ("roles", "ceiling"),
    [
        ((), Permission.READ),
        ((Role.VIEWER,), Permission.READ),
        ((Role.USER,), Permission.ADMIN),
        ((Role.VIEWER, Role.USER), Permission.ADMIN),
        ((Role.ADMIN,), Permission.ADMIN),
    ],
)
def test_who_has_no_more_than_a_readers_role_only_reads(roles: tuple[Role, ...], ceiling: Permission) -> None:
    assert Viewer.of(user(*roles)).ceiling is ceiling
    assert Viewer.of(user(*roles), ceiling=Permission.READ).ceiling is Permission.READ


@pytest.mark.parametrize("status", [UserStatus.SUSPENDED, UserStatus.INACTIVE])
def test_who_is_shut_out_is_no_viewer(status: UserStatus) -> None:
    with pytest.raises(UserShutOut):
        Viewer.of(user(Role.ADMIN, status=status))


def test_an_admin_has_every_role_and_nobody_else_has() -> None:
    admin, plain = Viewer.of(user(Role.ADMIN)), Viewer.of(user(Role.USER))

    for role in Role:
        admin.needs(role)
    plain.needs(Role.USER, Role.NOTEBOOK_ADMIN)
    with pytest.raises(RoleMissing, match="aether-admin or notebook-admin"):
        plain.needs(Role.ADMIN, Role.NOTEBOOK_ADMIN)


def test_a_ceiling_lowers_what_is_granted_and_grants_nothing() -> None:
    reader = Viewer.of(user(Role.VIEWER))

    assert reader.within(Permission.ADMIN) is Permission.READ
    assert reader.within(None) is None
    with pytest.raises(RoleMissing):
        reader.creates()


def test_a_demand_is_met_missed_or_unknown() -> None:
    missing = NotebookMissing("x")

    assert demand(Permission.WRITE, Permission.READ, missing=missing) is Permission.WRITE
    with pytest.raises(PermissionMissing, match="permission to admin"):
        demand(Permission.WRITE, Permission.ADMIN, missing=missing)
    with pytest.raises(NotebookMissing):
        demand(None, Permission.READ, missing=missing)


def test_what_roles_let_a_person_do_is_told_as_verbs() -> None:
    assert permissions([Role.VIEWER]) == ["documents:read", "notebooks:read", "search:read"]
    assert "notebooks:write" in permissions([Role.USER])
    assert "templates:write" in permissions([Role.NOTEBOOK_ADMIN])
    assert "templates:write" not in permissions([Role.USER])
    assert {"compliance:write", "templates:write", "users:write", "tenant:write"} <= set(
        permissions([Role.ADMIN])
    )
