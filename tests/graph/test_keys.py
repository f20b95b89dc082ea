from dataclasses import replace
from datetime import timedelta

import pytest
from neo4j import AsyncDriver

from aether.adapters.neo4j.graph import Neo4jGraph
from aether.adapters.system import moment, secret
from aether.domain import keys, notebooks, users
from aether.domain.access import Permission, PermissionMissing
from aether.domain.errors import Invalid
from aether.domain.graph import Graph
from aether.domain.keys import KEYS_MOST, ApiKey, KeyId, KeyMakesKeys, KeyMissing, KeyRefused, TooManyKeys
from aether.domain.moments import Moment
from aether.domain.notebooks import Changes
from aether.domain.users import Role, UserShutOut, UserStatus
from aether.domain.viewers import RoleMissing, Viewer
from tests import make
from tests.engines import Engine
from tests.make import Home


async def key(
    graph: Graph,
    by: Viewer,
    told: str,
    *,
    ceiling: Permission = Permission.ADMIN,
    days: int = 30,
    at: Moment | None = None,
) -> ApiKey:
    at = at or moment()
    return await graph.write(
        keys.create,
        id=KeyId(at.id("key")),
        secret=told,
        name="Importer",
        ceiling=ceiling,
        days=days,
        by=by,
        at=at,
    )


async def test_a_key_lets_in_as_its_owner_whatever_the_tenant(
    anybody: Neo4jGraph, graph: Graph, ada: Viewer
) -> None:
    told = secret()
    await key(graph, ada, told)

    assert await anybody.read(keys.enter, secret=told, at=moment()) == replace(ada, by_key=True)


async def test_nobody_finds_the_secret_in_the_graph(
    graph: Graph, ada: Viewer, driver: AsyncDriver, engine: Engine
) -> None:
    told = secret()
    made = await key(graph, ada, told)

    rows, _, _ = await driver.execute_query(
        "MATCH (key:ApiKey {id: $id}) RETURN properties(key) AS kept", id=made.id, database_=engine.database
    )

    assert told not in str(rows)
    assert told[8:] not in str(rows)
    assert made.hint == told[:8]


@pytest.mark.parametrize("wrong", ["", "aek_wrong", "\ud800", "x" * 100_000])
async def test_a_wrong_secret_lets_nobody_in(anybody: Neo4jGraph, wrong: str) -> None:
    with pytest.raises(KeyRefused):
        await anybody.read(keys.enter, secret=wrong, at=moment())


async def test_a_key_ends_when_it_expires(anybody: Neo4jGraph, graph: Graph, ada: Viewer) -> None:
    told = secret()
    made = await key(graph, ada, told, days=1)
    last = Moment(now=made.expires_at - timedelta(microseconds=1), seed=b"x")

    assert (await anybody.read(keys.enter, secret=told, at=last)).user == ada.user
    with pytest.raises(KeyRefused):
        await anybody.read(keys.enter, secret=told, at=Moment(now=made.expires_at, seed=b"x"))


async def test_a_revoked_key_stays_revoked_whoever_remembers_its_use(
    anybody: Neo4jGraph, graph: Graph, ada: Viewer
) -> None:
    told = secret()
    made = await key(graph, ada, told)
    revoked = await graph.write(keys.revoke, id=made.id, by=ada, at=moment())

    await graph.write(keys.touch, secret=told, at=moment())
    again = await graph.write(keys.revoke, id=made.id, by=ada, at=moment())

    assert revoked.revoked_at is not None
    assert again.revoked_at == revoked.revoked_at
    (kept,) = await graph.read(keys.of_viewer, by=ada)
    assert kept.revoked_at == revoked.revoked_at
    with pytest.raises(KeyRefused):
        await anybody.read(keys.enter, secret=told, at=moment())


async def test_a_use_that_read_the_key_before_it_was_revoked_does_not_bring_it_back(
    graph: Graph, ada: Viewer
) -> None:
    made = await key(graph, ada, secret())
    await graph.write(keys.revoke, id=made.id, by=ada, at=moment())

    async def late(work: keys.Work) -> None:
        await work.keys.put(made)

    await graph.write(late)

    (kept,) = await graph.read(keys.of_viewer, by=ada)
    assert kept.revoked_at is not None


async def test_the_use_of_a_key_is_kept_to_the_minute(graph: Graph, ada: Viewer) -> None:
    told = secret()
    made = await key(graph, ada, told)
    begun = made.created_at
    for seconds, kept in ((1, 1), (30, 1), (61, 61)):
        at = Moment(now=begun + timedelta(seconds=seconds), seed=b"x")
        await graph.write(keys.touch, secret=told, at=at)
        (found,) = await graph.read(keys.of_viewer, by=ada)
        assert found.last_used_at == begun + timedelta(seconds=kept)
    await graph.write(keys.touch, secret="unknown", at=moment())


async def test_a_key_does_no_more_than_its_ceiling_and_its_maker_may(
    anybody: Neo4jGraph, graph: Graph, ada: Viewer
) -> None:
    book = await make.notebook(graph, ada)
    reading, writing = secret(), secret()
    await key(graph, ada, reading, ceiling=Permission.READ)
    await key(graph, ada, writing, ceiling=Permission.WRITE)

    reader = await anybody.read(keys.enter, secret=reading, at=moment())
    writer = await anybody.read(keys.enter, secret=writing, at=moment())

    with pytest.raises(PermissionMissing):
        await graph.write(
            notebooks.update, Changes(name="x"), id=book.id, version=None, by=reader, at=moment()
        )
    await graph.write(notebooks.update, Changes(name="x"), id=book.id, version=None, by=writer, at=moment())
    with pytest.raises(RoleMissing):
        await key(graph, reader, secret())
    with pytest.raises(KeyMakesKeys):
        await key(graph, writer, secret())


async def test_who_only_reads_makes_no_keys_and_enters_as_a_reader(home: Home, anybody: Neo4jGraph) -> None:
    told = secret()
    ada = await home.person("rita", Role.USER)
    await key(home.graph, ada, told)
    demoted = await home.person("rita", Role.VIEWER)

    entered = await anybody.read(keys.enter, secret=told, at=moment())

    assert entered == replace(demoted, by_key=True)
    assert entered.ceiling is Permission.READ
    with pytest.raises(RoleMissing):
        await key(home.graph, demoted, secret())


async def test_who_is_shut_out_is_not_let_in_by_a_key(
    anybody: Neo4jGraph, graph: Graph, ada: Viewer, ben: Viewer
) -> None:
    told = secret()
    await key(graph, ben, told)
    await graph.write(users.set_status, id=ben.user, status=UserStatus.SUSPENDED, by=ada.user, at=moment())

    with pytest.raises(UserShutOut):
        await anybody.read(keys.enter, secret=told, at=moment())


async def test_keys_are_ones_own(graph: Graph, ada: Viewer, ben: Viewer) -> None:
    first = await key(graph, ada, secret())
    second = await key(graph, ada, secret())

    assert [each.id for each in await graph.read(keys.of_viewer, by=ada)] == [second.id, first.id]
    assert await graph.read(keys.of_viewer, by=ben) == []
    with pytest.raises(KeyMissing):
        await graph.write(keys.revoke, id=first.id, by=ben, at=moment())


@pytest.mark.parametrize("days", [0, -1, 366])
async def test_a_key_lasts_a_day_at_least_and_a_year_at_most(graph: Graph, ada: Viewer, days: int) -> None:
    with pytest.raises(Invalid) as refusal:
        await key(graph, ada, secret(), days=days)

    assert refusal.value.field == "days"


async def test_one_person_has_so_many_keys_at_a_time_and_no_more(plain: Home) -> None:
    ada = await plain.person("ada")
    made = [await key(plain.graph, ada, secret()) for _ in range(KEYS_MOST)]

    with pytest.raises(TooManyKeys):
        await key(plain.graph, ada, secret())
    await plain.graph.write(keys.revoke, id=made[0].id, by=ada, at=moment())
    await key(plain.graph, ada, secret())
