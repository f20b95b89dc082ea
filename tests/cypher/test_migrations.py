"""Migrations: in order, each once, whoever starts when."""

import asyncio
import secrets
from pathlib import Path

import pytest
from neo4j import AsyncDriver

from aether.adapters.embedded import arcadedb
from aether.adapters.embedded.children import Supervisor
from aether.adapters.embedded.ports import free_port
from aether.adapters.neo4j import migrations, nodes
from aether.adapters.neo4j.graph import connected
from aether.adapters.neo4j.migrations import Migration, MigrationFailed
from tests.engines import Engine
from tests.graph.graphs import CYPHER, sql

FOLDER = CYPHER / "migrations"


@pytest.mark.parametrize("name", ["arcadedb", "neo4j"])
def test_the_migrations_make_what_the_nodes_declare(name: str) -> None:
    known = migrations.load(FOLDER, engine=name)
    every = [statement for migration in known for statement in migration.statements]
    made = [it for it in every if it.startswith(("CREATE CONSTRAINT", "CREATE INDEX")) and "FOR (n:" in it]

    dropped = {it.split()[2] for it in every if it.startswith(("DROP INDEX", "DROP CONSTRAINT"))}
    assert sorted(f"{it};" for it in made if it.split()[2] not in dropped) == sorted(nodes.ddl())


def test_the_full_text_indexes_are_made_on_both_engines() -> None:
    for engine in ("neo4j", "arcadedb"):
        text = "\n".join(
            statement for it in migrations.load(FOLDER, engine=engine) for statement in it.statements
        )
        for name in nodes.FULLTEXT:
            assert f"INDEX {name} IF NOT EXISTS" in text


def test_both_engines_know_the_same_migrations_in_order() -> None:
    found = {engine: migrations.load(FOLDER, engine=engine) for engine in ("neo4j", "arcadedb")}

    assert [it.id for it in found["neo4j"]] == [it.id for it in found["arcadedb"]]
    assert [it.id for it in found["neo4j"]] == [f"{n:04}" for n in range(1, len(found["neo4j"]) + 1)]


def folder(root: Path, **files: str) -> Path:
    for name, text in files.items():
        stem, _, suffix = name.rpartition("_")
        (root / f"{stem}.{suffix}").write_text(text)
    return root


def test_a_name_that_is_none_and_a_number_given_twice_are_refused(tmp_path: Path) -> None:
    with pytest.raises(MigrationFailed, match=r"notes\.txt is no name"):
        migrations.load(folder(tmp_path, notes_txt=""), engine="neo4j")
    (tmp_path / "notes.txt").unlink()
    folder(tmp_path, V0001__a_cypher="CREATE (n:X);", V0001__b_cypher="CREATE (n:Y);")
    with pytest.raises(MigrationFailed, match="two migrations 0001"):
        migrations.load(tmp_path, engine="neo4j")


def test_a_comment_does_not_change_what_a_migration_is(tmp_path: Path) -> None:
    (one,) = migrations.load(
        folder(tmp_path, V0001__a_cypher="// why\nCREATE (n:X);\nCREATE (n:Y);\n"), engine="x"
    )
    (other,) = migrations.load(folder(tmp_path, V0001__a_cypher="CREATE (n:X);\nCREATE (n:Y)\n"), engine="x")

    assert one.statements == ("CREATE (n:X)", "CREATE (n:Y)")
    assert one.checksum == other.checksum
    (edited,) = migrations.load(folder(tmp_path, V0001__a_cypher="CREATE (n:Z);"), engine="x")
    assert edited.checksum != one.checksum


async def clean(driver: AsyncDriver, engine: Engine) -> None:
    await driver.execute_query("MATCH (n:River) DETACH DELETE n", database_=engine.database)
    await driver.execute_query(
        "MATCH (n:Migration) WHERE n.id STARTS WITH '9' DETACH DELETE n", database_=engine.database
    )


@pytest.fixture
def known(engine: Engine) -> list[Migration]:
    """The migrations that the graph has already."""
    return list(migrations.load(FOLDER, engine=engine.name))


def of(tmp_path: Path, *texts: str) -> list[Migration]:
    """Migrations 9001, 9002, …, with these texts."""
    for path in tmp_path.iterdir():
        path.unlink()
    for number, text in enumerate(texts, start=9001):
        (tmp_path / f"V{number}__river.cypher").write_text(text)
    return list(migrations.load(tmp_path, engine="neo4j"))


async def rivers(driver: AsyncDriver, engine: Engine) -> list[str]:
    rows, _, _ = await driver.execute_query(
        "MATCH (n:River) RETURN n.name AS name ORDER BY name", database_=engine.database
    )
    return [row["name"] for row in rows]


async def test_what_is_known_is_not_applied_again(
    driver: AsyncDriver, engine: Engine, known: list[Migration]
) -> None:
    assert await migrations.apply(driver, known, database=engine.database, sql=sql(engine)) == []
    assert await migrations.pending(driver, known, database=engine.database) == []


async def test_what_is_new_is_applied_in_order_and_once(
    driver: AsyncDriver, engine: Engine, known: list[Migration], tmp_path: Path
) -> None:
    await clean(driver, engine)
    fresh = of(
        tmp_path,
        "CREATE (:River {name: 'a'});",
        "MATCH (n:River {name: 'a'}) SET n.name = 'b';\nCREATE (:River {name: 'c'});",
    )
    every = known + fresh

    assert await migrations.pending(driver, every, database=engine.database) == fresh
    assert await migrations.apply(driver, every, database=engine.database, sql=sql(engine)) == fresh
    assert await migrations.apply(driver, every, database=engine.database, sql=sql(engine)) == []

    assert await rivers(driver, engine) == ["b", "c"]
    await clean(driver, engine)


async def test_three_that_start_at_once_apply_each_once(
    driver: AsyncDriver, engine: Engine, known: list[Migration], tmp_path: Path
) -> None:
    await clean(driver, engine)
    fresh = of(tmp_path, *(f"CREATE (:River {{name: '{name}'}});" for name in "abc"))
    drivers = [connected(engine.uri, user=engine.user, password=engine.password) for _ in range(3)]

    async def start(place: int) -> int:
        async with drivers[place] as own:
            applied = await migrations.apply(own, known + fresh, database=engine.database, sql=sql(engine))
            return len(applied)

    applied = await asyncio.gather(*map(start, range(3)))

    assert sorted(applied) == [0, 0, 3]
    assert await rivers(driver, engine) == ["a", "b", "c"]
    await clean(driver, engine)


async def test_one_that_fails_leaves_nothing_and_is_tried_again(
    driver: AsyncDriver, engine: Engine, known: list[Migration], tmp_path: Path
) -> None:
    await clean(driver, engine)
    broken = of(
        tmp_path, "CREATE (:River {name: 'a'});", "CREATE (:River {name: 'b'});\nRETURN 1 / 0 AS broken;"
    )
    with pytest.raises(Exception, match=r"(?i)zero|arithmetic"):
        await migrations.apply(driver, known + broken, database=engine.database, sql=sql(engine))
    assert await rivers(driver, engine) == ["a"]

    mended = of(tmp_path, "CREATE (:River {name: 'a'});", "CREATE (:River {name: 'b'});")
    await migrations.apply(driver, known + mended, database=engine.database, sql=sql(engine))

    assert await rivers(driver, engine) == ["a", "b"]
    await clean(driver, engine)


async def test_an_edited_one_and_a_newer_graph_are_refused_by_name(
    driver: AsyncDriver, engine: Engine, known: list[Migration], tmp_path: Path
) -> None:
    await clean(driver, engine)
    fresh = of(tmp_path, "CREATE (:River {name: 'a'});")
    await migrations.apply(driver, known + fresh, database=engine.database, sql=sql(engine))
    edited = of(tmp_path, "CREATE (:River {name: 'z'});")

    for attempt in (migrations.pending, migrations.apply):
        with pytest.raises(MigrationFailed, match="Migration 9001 was edited"):
            await attempt(driver, known + edited, database=engine.database)
        with pytest.raises(MigrationFailed, match=r"knows migration 9001.* newer"):
            await attempt(driver, known, database=engine.database)

    assert await rivers(driver, engine) == ["a"]
    await clean(driver, engine)


async def test_an_empty_graph_has_all_of_them_before_it(tmp_path: Path) -> None:
    """On an engine of its own, since the others are migrated by the first who needs them."""
    at = arcadedb.Address(bolt=free_port(), http=free_port(), password=secrets.token_urlsafe())
    supervisor = Supervisor(tmp_path)
    await supervisor.start(arcadedb.child(tmp_path / "graph", at, heap="256m"))
    found = migrations.load(FOLDER, engine="arcadedb")
    engine = Engine(
        name="arcadedb",
        uri=at.uri,
        user=arcadedb.USER,
        password=at.password,
        database=arcadedb.DATABASE,
        http=at.http_url,
    )

    async def start() -> int:
        async with connected(engine.uri, user=engine.user, password=engine.password) as own:
            return len(await migrations.apply(own, found, database=engine.database, sql=sql(engine)))

    async with connected(engine.uri, user=engine.user, password=engine.password) as driver:
        assert await migrations.pending(driver, found, database=engine.database) == found
        assert sorted(await asyncio.gather(start(), start(), start())) == [0, 0, len(found)]
        assert await migrations.pending(driver, found, database=engine.database) == []
    await supervisor.stop()
