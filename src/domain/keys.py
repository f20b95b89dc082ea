"""API keys: how programs enter in a person's name.

A key is shown once and kept only as a hash. It lets in as its owner, up to its ceiling,
until it expires or is revoked; if its owner is shut out, so is the key.
"""

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import NewType, Protocol

from aether.domain import checks, users
from aether.domain.access import Permission
from aether.domain.errors import Forbidden, Invalid, Missing, Unauthenticated
from aether.domain.moments import Moment
from aether.domain.tenants import TenantId
from aether.domain.users import User, UserId
from aether.domain.viewers import Viewer

KeyId = NewType("KeyId", str)

NAME_MOST = 100
KEYS_MOST = 50
"""The most keys that one person can have at a time."""
DAYS_MOST = 365
USED_EVERY = timedelta(minutes=1)
"""How exactly `last_used_at` is kept."""
SECRET_PREFIX = "aek_"  # noqa: S105 - it marks secrets, and is none


class KeyMissing(Missing):
    """The viewer has no such key."""

    code = "API_KEY_NOT_FOUND"

    def __init__(self, id: str) -> None:
        super().__init__(f"You have no API key {id}.")


class KeyRefused(Unauthenticated):
    """The key is unknown, expired or revoked; which of these is nobody's business."""

    code = "API_KEY_INVALID"

    def __init__(self) -> None:
        super().__init__("The API key is not valid.")


class KeyMakesKeys(Forbidden):
    """A key cannot make another, which would outlive it."""

    code = "API_KEY_MAKES_KEYS"

    def __init__(self) -> None:
        super().__init__("An API key cannot make another one: sign in for that.")


class TooManyKeys(Invalid):
    """The viewer has as many keys as one person can have."""

    code = "TOO_MANY_API_KEYS"


@dataclass(frozen=True, slots=True, kw_only=True)
class ApiKey:
    """A key, without its secret.

    Attributes:
        hint: The first characters of the secret, to tell keys apart.
        digest: The SHA-256 of the secret, in hexadecimal.
        ceiling: The most that may be done with it.
        last_used_at: The last minute in which it was used; none if it never was.
    """

    id: KeyId
    tenant: TenantId
    owner: UserId
    name: str
    hint: str
    digest: str
    ceiling: Permission
    created_at: datetime
    expires_at: datetime
    last_used_at: datetime | None = None
    revoked_at: datetime | None = None

    def valid(self, *, now: datetime) -> bool:
        """Whether it lets in at *now*."""
        return self.revoked_at is None and now < self.expires_at


class Keys(Protocol):
    """Where keys are kept."""

    async def add(self, key: ApiKey) -> None:
        """Keep a new key."""
        ...

    async def put(self, key: ApiKey) -> None:
        """Keep *key* as it now is."""
        ...

    async def of_user(self, user: UserId) -> Sequence[ApiKey]:
        """The user's keys, the latest first, revoked and expired ones too."""
        ...

    async def by_digest(self, digest: str) -> tuple[ApiKey, User] | None:
        """The key with this digest, in whatever tenant, and its owner."""
        ...


class Work(users.Work, Protocol):
    """A transaction in which keys can be read and written."""

    @property
    def keys(self) -> Keys:
        """The keys."""
        ...


def digest_of(secret: str) -> str:
    """What is kept of a secret. Secrets have 256 random bits, so a plain hash is enough."""
    return hashlib.sha256(secret.encode(errors="surrogatepass")).hexdigest()


async def create(
    work: Work,
    *,
    id: KeyId,
    secret: str,
    name: str,
    ceiling: Permission,
    days: int,
    by: Viewer,
    at: Moment,
) -> ApiKey:
    """Make a key that lets programs in as *by* for so many days, up to *ceiling*."""
    by.creates()
    if by.by_key:
        raise KeyMakesKeys
    checks.number(days, field="days", least=1, most=DAYS_MOST)
    key = ApiKey(
        id=id,
        tenant=by.tenant,
        owner=by.user,
        name=checks.line(name, field="name", most=NAME_MOST),
        hint=secret[:8],
        digest=digest_of(secret),
        ceiling=min(ceiling, by.ceiling),
        created_at=at.now,
        expires_at=at.now + timedelta(days=days),
    )
    await work.users.lock([by.user])
    valid = [key for key in await work.keys.of_user(by.user) if key.valid(now=at.now)]
    if len(valid) >= KEYS_MOST:
        raise TooManyKeys(f"One person can have at most {KEYS_MOST} API keys; revoke one.", field="name")
    await work.keys.add(key)
    return key


async def revoke(work: Work, *, id: KeyId, by: Viewer, at: Moment) -> ApiKey:
    """End a key now; revoking it twice changes nothing."""
    by.decides()
    for key in await work.keys.of_user(by.user):
        if key.id == id:
            revoked = replace(key, revoked_at=key.revoked_at or at.now)
            await work.keys.put(revoked)
            return revoked
    raise KeyMissing(id)


async def of_viewer(work: Work, *, by: Viewer) -> Sequence[ApiKey]:
    """The viewer's keys, the latest first."""
    return await work.keys.of_user(by.user)


async def enter(work: Work, *, secret: str, at: Moment) -> Viewer:
    """The viewer whom *secret* lets in.

    Raises:
        KeyRefused: It lets nobody in.
        UserShutOut: Its owner may not enter.
    """
    found = await work.keys.by_digest(digest_of(secret))
    if found is None or not found[0].valid(now=at.now):
        raise KeyRefused
    key, owner = found
    return Viewer.of(owner, ceiling=key.ceiling, by_key=True)


async def touch(work: Work, *, secret: str, at: Moment) -> None:
    """Remember that a key was used, to the minute."""
    found = await work.keys.by_digest(digest_of(secret))
    if found is None:
        return
    used = found[0].last_used_at
    if used is None or at.now - used >= USED_EVERY:
        await work.keys.put(replace(found[0], last_used_at=at.now))
