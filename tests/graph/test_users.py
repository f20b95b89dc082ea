import asyncio
from dataclasses import replace
from datetime import timedelta

import pytest
from neo4j import AsyncDriver

from aether.adapters.system import moment
from aether.domain import users
from aether.domain.errors import Invalid
from aether.domain.graph import Graph
from aether.domain.moments import Moment
from aether.domain.pages import Slice
from aether.domain.users import (
    OwnStatus,
    PreferencesTooLarge,
    Profile,
    Role,
    User,
    UserId,
    UserMissing,
    UserShutOut,
    UserStatus,
)
from aether.domain.viewers import Viewer
from tests import make
from tests.engines import Engine
from tests.make import Home


async def settle(home: Home, profile: Profile, *, at: Moment | None = None) -> User:
    at = at or moment()
    return await home.graph.write(
        users.settle, profile, tenant=home.tenant.id, id=UserId(at.id("user")), at=at
    )


async def get(graph: Graph, id: UserId) -> User:
    return (await graph.read(users.get_many, [id]))[id]


async def test_a_user_appears_at_first_sight_and_is_the_same_at_the_next(home: Home) -> None:
    profile = replace(make.profile("ada", Role.USER, Role.ADMIN), groups=frozenset({"/research/rivers"}))

    first = await settle(home, profile)
    second = await settle(home, profile)

    assert first.id == second.id
    assert await get(home.graph, first.id) == first
    assert (first.roles, first.groups) == (profile.roles, profile.groups)
    assert (first.username, first.email, first.full_name) == ("ada", profile.email, "Ada")


async def test_a_user_follows_the_token(home: Home) -> None:
    first = await settle(home, make.profile("ada"))
    later = Moment(now=first.created_at + timedelta(seconds=5), seed=b"later")
    changed = replace(make.profile("ada", Role.VIEWER), full_name=None, email="ada@lakes.test")

    now = await settle(home, changed, at=later)

    assert (now.id, now.full_name, now.email) == (first.id, None, "ada@lakes.test")
    assert now.roles == {Role.VIEWER}
    assert now.updated_at == later.now
    assert await get(home.graph, now.id) == now


async def test_when_a_user_was_last_seen_is_kept_to_the_minute(home: Home) -> None:
    profile = make.profile("ada")
    first = await settle(home, profile)
    for seconds, kept in ((30, first.last_seen_at), (90, first.last_seen_at + timedelta(seconds=90))):
        await settle(home, profile, at=Moment(now=first.last_seen_at + timedelta(seconds=seconds), seed=b"x"))
        assert (await get(home.graph, first.id)).last_seen_at == kept
    assert (await get(home.graph, first.id)).updated_at == first.updated_at


async def test_two_issuers_may_use_the_same_subject(home: Home) -> None:
    one = await settle(home, make.profile("ada"))
    other = await settle(home, replace(make.profile("ada"), issuer="https://other.test"))

    assert one.id != other.id


async def test_a_name_that_a_token_changes_to_is_held_to_the_limits_too(home: Home) -> None:
    profile = make.profile("ada")
    await settle(home, profile)

    for username in ("", "x" * 256, "up\u202edown"):
        with pytest.raises(Invalid):
            await settle(home, replace(profile, username=username))
        with pytest.raises(Invalid):
            await settle(home, replace(profile, subject="new", username=username))


async def test_the_same_person_settled_by_eight_at_once_is_one_node(
    plain: Home, driver: AsyncDriver, engine: Engine
) -> None:
    profile = make.profile("ada", Role.ADMIN)

    found = await asyncio.gather(*(settle(plain, profile) for _ in range(8)))

    assert len({user.id for user in found}) == 1
    rows, _, _ = await driver.execute_query(
        "MATCH (user:User {tenant: $tenant})-[home:BELONGS_TO]->(:Tenant) RETURN user.roles AS roles",
        tenant=plain.tenant.id,
        database_=engine.database,
    )
    assert [dict(row) for row in rows] == [{"roles": [Role.ADMIN]}]


async def test_who_is_shut_out_does_not_come_back_with_a_token(home: Home, ada: Viewer, ben: Viewer) -> None:
    for status in (UserStatus.SUSPENDED, UserStatus.INACTIVE):
        await home.graph.write(users.set_status, id=ben.user, status=status, by=ada.user, at=moment())
        with pytest.raises(UserShutOut):
            await settle(home, make.profile("ben", domain=home.tenant.domain))
        with pytest.raises(UserShutOut):
            await settle(home, make.profile("ben", Role.ADMIN))
    await home.graph.write(users.set_status, id=ben.user, status=UserStatus.ACTIVE, by=ada.user, at=moment())
    assert (await settle(home, make.profile("ben"))).status is UserStatus.ACTIVE


async def test_nobody_shuts_themselves_or_a_ghost_out(graph: Graph, ada: Viewer, mallory: Viewer) -> None:
    with pytest.raises(OwnStatus):
        await graph.write(
            users.set_status, id=ada.user, status=UserStatus.SUSPENDED, by=ada.user, at=moment()
        )
    for ghost in (UserId("user_none"), mallory.user):
        with pytest.raises(UserMissing):
            await graph.write(
                users.set_status, id=ghost, status=UserStatus.SUSPENDED, by=ada.user, at=moment()
            )


async def test_preferences_are_merged_and_none_takes_one_away(home: Home, ada: Viewer) -> None:
    graph = home.graph

    await graph.write(users.prefer, preferences={"theme": "dark", "n": {"a": [1]}}, by=ada.user, at=moment())
    user = await graph.write(users.prefer, preferences={"theme": None, "x": 1.5}, by=ada.user, at=moment())

    assert user.preferences == {"n": {"a": [1]}, "x": 1.5}
    assert (await get(graph, ada.user)).preferences == user.preferences
    with pytest.raises(PreferencesTooLarge):
        await graph.write(users.prefer, preferences={"long": "x" * 16_384}, by=ada.user, at=moment())
    assert (
        await settle(home, make.profile("ada", domain=home.tenant.domain))
    ).preferences == user.preferences


async def test_an_avatar_is_kept_and_taken_away(graph: Graph, ada: Viewer) -> None:
    await graph.write(users.portray, avatar="abc", by=ada.user, at=moment())
    assert (await get(graph, ada.user)).avatar == "abc"

    await graph.write(users.portray, avatar=None, by=ada.user, at=moment())
    assert (await get(graph, ada.user)).avatar is None


async def test_people_are_found_by_their_names_in_any_case_and_by_admins_by_their_addresses(
    home: Home, ada: Viewer
) -> None:
    graph = home.graph
    await settle(home, replace(make.profile("zoë"), full_name="Zoë River", email="z@lakes.test"))
    await settle(home, replace(make.profile("Carl"), full_name=None, email=None))
    suspended = await settle(home, make.profile("sue"))
    await graph.write(
        users.set_status, id=suspended.id, status=UserStatus.SUSPENDED, by=ada.user, at=moment()
    )

    async def found(text: str, *, everybody: bool = False) -> list[str]:
        page = await graph.read(users.search, text=text, part=Slice(), everybody=everybody)
        assert page.total == len(page.items)
        return [user.username for user, _ in page.items]

    assert await found("") == ["ada", "Carl", "zoë"]
    assert await found("", everybody=True) == ["ada", "Carl", "sue", "zoë"]
    assert await found("RIVER") == ["zoë"]
    assert await found("ZOË") == ["zoë"]
    assert await found("lakes.") == []
    assert await found("lakes.", everybody=True) == ["zoë"]
    assert await found("carl") == ["Carl"]
    assert await found(".*") == []


async def test_pages_of_people_neither_skip_nor_repeat(plain: Home) -> None:
    for number in range(7):
        await settle(plain, replace(make.profile("same"), subject=str(number)))
    found: list[str] = []
    part = Slice(first=3)
    while True:
        page = await plain.graph.read(users.search, text="same", part=part)
        found += [user.id for user, _ in page.items]
        if not page.has_next:
            break
        part = Slice(first=3, after=page.items[-1][1])

    assert (len(found), len(set(found)), page.total) == (7, 7, 7)
