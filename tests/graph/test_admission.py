"""Letting people and programs in, on a real graph."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from typing_extensions import override

from aether.adapters.neo4j.graph import Neo4jGraph
from aether.adapters.system import moment, secret
from aether.domain import keys, tenants, users
from aether.domain.access import Permission
from aether.domain.admission import REMEMBERED_FOR, Doorkeeper
from aether.domain.identity import (
    Credential,
    CredentialKind,
    SessionEnded,
    Sessions,
    TokenInvalid,
    TokenVerifier,
    VerifiedToken,
)
from aether.domain.keys import KeyId
from aether.domain.moments import Moment
from aether.domain.tenants import TenantStatus, TenantSuspended
from aether.domain.users import Profile, Role, UserShutOut, UserStatus
from tests import make
from tests.make import Home


class Tokens(TokenVerifier):
    """Believes the tokens it was given, and counts how often it is asked."""

    def __init__(self) -> None:
        self.given: dict[str, Profile] = {}
        self.asked = 0
        self.lasting = timedelta(hours=1)

    @override
    async def verify(self, token: str) -> VerifiedToken:
        self.asked += 1
        if token not in self.given:
            raise TokenInvalid("It is not one of ours.")
        now = datetime.now(UTC)
        return VerifiedToken(
            profile=self.given[token],
            issued_at=now,
            expires_at=now + self.lasting,
            session=f"session-{token}",
        )


class Endings(Sessions):
    """Sessions that ended."""

    def __init__(self) -> None:
        self.over: set[str] = set()

    @override
    async def end(self, session: str, *, seconds: float) -> None:
        self.over.add(session)

    @override
    async def ended(self, session: str) -> bool:
        return session in self.over


class Clock:
    """Makes moments, and can be turned on."""

    def __init__(self) -> None:
        self.ahead = timedelta()

    def __call__(self) -> Moment:
        at = moment()
        return Moment(now=at.now + self.ahead, seed=at.seed)


class Door:
    """A doorkeeper, and what it goes by."""

    def __init__(self, graph: Neo4jGraph, domain: str) -> None:
        self.tokens, self.sessions, self.clock = Tokens(), Endings(), Clock()
        self.tokens.given["ada"] = make.profile("ada", domain=domain)
        self.keeper = Doorkeeper(graph, self.tokens, self.sessions, moment=self.clock)

    async def admit(self, token: str, kind: CredentialKind = CredentialKind.BEARER) -> users.UserId:
        return (await self.keeper.admit(Credential(kind=kind, secret=token))).user

    def later(self) -> None:
        self.clock.ahead += REMEMBERED_FOR


@pytest.fixture
def door(anybody: Neo4jGraph, plain: Home) -> Door:
    return Door(anybody, plain.tenant.domain)


async def key(home: Home, name: str) -> str:
    at, told = moment(), secret()
    by = await home.person(name)
    await home.graph.write(
        keys.create,
        id=KeyId(at.id("key")),
        secret=told,
        name="x",
        ceiling=Permission.ADMIN,
        days=1,
        by=by,
        at=at,
    )
    return told


async def suspend(home: Home, status: TenantStatus) -> None:
    async def put(work: tenants.Work) -> None:
        await work.tenants.put(replace(home.tenant, status=status))

    await home.graph.write(put)


async def test_a_token_makes_its_person_and_a_key_finds_them(door: Door, plain: Home) -> None:
    user = await door.admit("ada")

    assert await door.admit(await key(plain, "ada"), CredentialKind.API_KEY) == user
    with pytest.raises(TokenInvalid):
        await door.admit("unknown")


async def test_who_was_let_in_is_remembered_for_seconds(door: Door) -> None:
    await door.admit("ada")
    await door.admit("ada")
    assert door.tokens.asked == 1

    door.later()
    await door.admit("ada")
    assert door.tokens.asked == 2


async def test_nobody_is_remembered_for_longer_than_their_token_lasts(door: Door) -> None:
    door.tokens.lasting = timedelta(0)

    await door.admit("ada")
    await door.admit("ada")

    assert door.tokens.asked == 2


async def test_a_suspended_tenant_lets_nobody_in(door: Door, plain: Home) -> None:
    told = await key(plain, "ada")
    await suspend(plain, TenantStatus.SUSPENDED)

    with pytest.raises(TenantSuspended):
        await door.admit("ada")
    with pytest.raises(TenantSuspended):
        await door.admit(told, CredentialKind.API_KEY)
    await suspend(plain, TenantStatus.ACTIVE)
    assert await door.admit("ada") == await door.admit(told, CredentialKind.API_KEY)


async def test_who_is_shut_out_stays_outside_after_seconds(door: Door, plain: Home) -> None:
    user = await door.admit("ada")
    root = await plain.person("root", Role.ADMIN)
    await plain.graph.write(users.set_status, id=user, status=UserStatus.SUSPENDED, by=root.user, at=moment())

    door.later()

    with pytest.raises(UserShutOut):
        await door.admit("ada")


async def test_an_ended_session_is_over_before_its_token(door: Door) -> None:
    await door.admit("ada")
    await door.sessions.end("session-ada", seconds=60)
    door.later()

    with pytest.raises(SessionEnded):
        await door.admit("ada")
