"""Users: the people of a tenant, as their identity provider describes them.

A user appears at first sight of a valid token and follows it from then on: name, e-mail,
roles and groups are the provider's; preferences and the avatar are Aether's own. An
inactive or suspended user is let in by nobody's token.
"""

import json
import math
from collections.abc import Collection, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Any, NewType, Protocol

from aether.domain import checks, tenants
from aether.domain.errors import Conflict, Forbidden, Invalid, Missing
from aether.domain.moments import Moment
from aether.domain.pages import Page, Slice
from aether.domain.tenants import TenantId

UserId = NewType("UserId", str)

NAME_MOST = 255
PREFERENCES_MOST = 16_384
"""The largest set of preferences, in characters of JSON."""
PREFERENCES_DEEPEST = 20
SEEN_EVERY = timedelta(minutes=1)
"""How exactly `last_seen_at` is kept."""


class Role(StrEnum):
    """What a person may do in general; what they may see is the graph's business.

    A viewer only reads. A user keeps notebooks. A notebook admin also keeps the tenant's
    templates, a compliance officer the compliance settings of every notebook they can read.
    An admin looks after tenant and users. No role opens somebody's private notebook.
    """

    ADMIN = "aether-admin"
    USER = "aether-user"
    VIEWER = "aether-viewer"
    NOTEBOOK_ADMIN = "notebook-admin"
    COMPLIANCE_OFFICER = "compliance-officer"


class UserStatus(StrEnum):
    """Whether a user may enter."""

    ACTIVE = "active"
    INACTIVE = "inactive"
    SUSPENDED = "suspended"


_VERBS: Mapping[Role, frozenset[str]] = {
    Role.NOTEBOOK_ADMIN: frozenset({"templates:write"}),
    Role.COMPLIANCE_OFFICER: frozenset({"compliance:write"}),
    Role.ADMIN: frozenset({"users:write", "tenant:write"}),
}


class UserMissing(Missing):
    """There is no such user in this tenant."""

    code = "USER_NOT_FOUND"

    def __init__(self, id: str) -> None:
        super().__init__(f"There is no user {id}.")


class UserShutOut(Forbidden):
    """The user is inactive or suspended."""

    code = "USER_SHUT_OUT"


class OwnStatus(Conflict):
    """Nobody shuts themselves out."""

    code = "OWN_STATUS"

    def __init__(self) -> None:
        super().__init__("You cannot change your own status.")


class PreferencesTooLarge(Invalid):
    """The preferences are larger than may be kept."""

    code = "PREFERENCES_TOO_LARGE"


@dataclass(frozen=True, slots=True, kw_only=True)
class Profile:
    """A person as a verified token describes them.

    Attributes:
        subject: The identity provider's own name for the person; never changes.
        issuer: The provider that says so.
        tenant: The tenant's domain.
        roles: The roles that Aether knows; others are left out.
        groups: The provider's groups, as paths such as `/research/rivers`.
    """

    subject: str
    issuer: str
    tenant: str
    username: str
    email: str | None = None
    full_name: str | None = None
    roles: frozenset[Role] = frozenset()
    groups: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True, kw_only=True)
class User:
    """A person of a tenant.

    Attributes:
        avatar: Where the blob store keeps the avatar; none if the person has none.
        preferences: The person's own settings, JSON values only.
        last_seen_at: The last time a token of theirs was first seen, to the minute.
    """

    id: UserId
    tenant: TenantId
    subject: str
    issuer: str
    username: str
    email: str | None
    full_name: str | None
    avatar: str | None = None
    roles: frozenset[Role] = frozenset()
    groups: frozenset[str] = frozenset()
    preferences: Mapping[str, Any] = field(default_factory=dict)
    status: UserStatus = UserStatus.ACTIVE
    created_at: datetime
    updated_at: datetime
    last_seen_at: datetime

    @classmethod
    def new(cls, profile: Profile, *, id: UserId, tenant: TenantId, now: datetime) -> "User":
        """A user at first sight."""
        return cls(
            id=id,
            tenant=tenant,
            subject=profile.subject,
            issuer=profile.issuer,
            username=checks.line(profile.username, field="username", most=NAME_MOST),
            email=profile.email,
            full_name=profile.full_name,
            roles=profile.roles,
            groups=profile.groups,
            created_at=now,
            updated_at=now,
            last_seen_at=now,
        )

    def seen_as(self, profile: Profile, *, now: datetime) -> "User":
        """This user as *profile* now describes them."""
        described = replace(
            self,
            username=checks.line(profile.username, field="username", most=NAME_MOST),
            email=profile.email,
            full_name=profile.full_name,
            roles=profile.roles,
            groups=profile.groups,
        )
        changed = described != self
        return replace(described, updated_at=now if changed else self.updated_at, last_seen_at=now)

    def admitted(self) -> "User":
        """This user, if they may enter.

        Raises:
            UserShutOut: They are inactive or suspended.
        """
        if self.status is not UserStatus.ACTIVE:
            raise UserShutOut(f"This account is {self.status}.")
        return self


class Users(Protocol):
    """Where users are kept."""

    async def get_many(self, ids: Collection[UserId]) -> Mapping[UserId, User]:
        """Those of the users that exist, by id; the others are left out."""
        ...

    async def lock(self, ids: Collection[UserId]) -> Mapping[UserId, User]:
        """The same, and nobody else changes them until this transaction ends."""
        ...

    async def by_subject(self, *, issuer: str, subject: str) -> User | None:
        """The user whom the identity provider *issuer* calls *subject*."""
        ...

    async def claim(self, fresh: User) -> User:
        """The user with issuer and subject of *fresh*: the one there is, else *fresh*, now kept."""
        ...

    async def put(self, user: User) -> None:
        """Keep *user* as they now are."""
        ...

    async def search(self, text: str, *, part: Slice, everybody: bool = False) -> Page[User]:
        """The active users whose name or username holds *text*, by username.

        An empty text finds all of them. With *everybody*, also those who may not enter, and by
        their e-mail address too.
        """
        ...


class Work(tenants.Work, Protocol):
    """A transaction in which users can be read and written."""

    @property
    def users(self) -> Users:
        """The users."""
        ...


async def get_many(work: Work, ids: Collection[UserId]) -> Mapping[UserId, User]:
    """Those of the users that exist in this tenant, by id."""
    return await work.users.get_many(ids)


async def search(work: Work, *, text: str, part: Slice, everybody: bool = False) -> Page[User]:
    """The users of this tenant whose name or username holds *text*: the active ones, or all."""
    asked = checks.line(text, field="text", most=NAME_MOST, least=0)
    return await work.users.search(asked, part=part, everybody=everybody)


def permissions(roles: Collection[Role]) -> list[str]:
    """What *roles* let a person do in general, as verbs; what they may see is the graph's business."""
    granted = {"notebooks:read", "documents:read", "search:read"}
    if set(roles) - {Role.VIEWER}:
        granted |= {"notebooks:write", "documents:write", "keys:write"}
    for role, verbs in _VERBS.items():
        if role in roles or Role.ADMIN in roles:
            granted |= verbs
    return sorted(granted)


def checked_preferences(given: object) -> Mapping[str, Any]:
    """*given*, if it is an object of plain values.

    Raises:
        Invalid: It is something else, nests too deeply, or holds a number that few programs can.
    """
    if not isinstance(given, dict) or not _plain(given, levels=PREFERENCES_DEEPEST):
        raise Invalid(
            f"Preferences must be a JSON object of at most {PREFERENCES_DEEPEST} levels, "
            "its whole numbers of 64 bits.",
            field="preferences",
        )
    return given


def _plain(value: object, *, levels: int) -> bool:
    match value:
        case dict():
            return levels > 0 and all(_plain(each, levels=levels - 1) for each in value.values())
        case list():
            return levels > 0 and all(_plain(each, levels=levels - 1) for each in value)
        case float():
            return math.isfinite(value)
        case int():
            return -(2**63) <= value < 2**63
        case _:
            return True


async def settle(work: Work, profile: Profile, *, tenant: TenantId, id: UserId, at: Moment) -> User:
    """The user whom *profile* describes, as it describes them; made at first sight."""
    known = await work.users.by_subject(issuer=profile.issuer, subject=profile.subject)
    if known is None:
        fresh = User.new(profile, id=id, tenant=tenant, now=at.now)
        known = await work.users.claim(fresh)
    seen = known.seen_as(profile, now=at.now)
    changed = replace(seen, last_seen_at=known.last_seen_at) != known
    if changed or seen.last_seen_at - known.last_seen_at > SEEN_EVERY:
        seen = (await _existing(work, known.id)).seen_as(profile, now=at.now)
        await work.users.put(seen)
    return seen.admitted()


async def expect(work: Work, profile: Profile, *, tenant: TenantId, id: UserId, at: Moment) -> User:
    """The user whom *profile* describes, made before they are first seen; who is known stays as they are."""
    known = await work.users.by_subject(issuer=profile.issuer, subject=profile.subject)
    if known is not None:
        return known
    fresh = User.new(profile, id=id, tenant=tenant, now=at.now)
    claimed = await work.users.claim(fresh)
    if claimed.id == fresh.id:
        await work.users.put(fresh)
    return claimed


async def prefer(work: Work, *, preferences: Mapping[str, Any], by: UserId, at: Moment) -> User:
    """Set some of a person's preferences; a value of none takes one away."""
    user = await _existing(work, by)
    merged = {name: value for name, value in {**user.preferences, **preferences}.items() if value is not None}
    if len(json.dumps(merged)) > PREFERENCES_MOST:
        raise PreferencesTooLarge(
            f"Preferences can have at most {PREFERENCES_MOST} characters as JSON.", field="preferences"
        )
    changed = replace(user, preferences=merged, updated_at=at.now)
    await work.users.put(changed)
    return changed


async def portray(work: Work, *, avatar: str | None, by: UserId, at: Moment) -> User:
    """Give a person an avatar, or take it away."""
    changed = replace(await _existing(work, by), avatar=avatar, updated_at=at.now)
    await work.users.put(changed)
    return changed


async def set_status(work: Work, *, id: UserId, status: UserStatus, by: UserId, at: Moment) -> User:
    """Let a user in, or shut them out, from now on.

    Raises:
        OwnStatus: Nobody shuts themselves out.
    """
    if id == by:
        raise OwnStatus
    changed = replace(await _existing(work, id), status=status, updated_at=at.now)
    await work.users.put(changed)
    return changed


async def _existing(work: Work, id: UserId) -> User:
    if (user := (await work.users.lock([id])).get(id)) is None:
        raise UserMissing(id)
    return user
