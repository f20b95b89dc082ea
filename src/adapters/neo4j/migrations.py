"""Migrations: what changes the graph itself, applied in order, each exactly once.

A migration is a file `V0001__name.cypher`, or one for each engine where they differ. What
was applied is noted in the graph with its checksum, so that an edited file is found out.
Two that start at once take turns: a lease in the graph, which ends by itself when its
holder dies. Schema statements cannot share a transaction with data, so a file holds one or
the other; the former are idempotent, the latter are committed together with the note.
"""

import asyncio
import hashlib
import re
import secrets
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any, Protocol, cast

import httpx
from neo4j import AsyncDriver
from neo4j.exceptions import ClientError, DatabaseError, TransientError
from typing_extensions import override

_FILE = re.compile(r"V(\d{4})__(\w+)(?:\.(neo4j|arcadedb))?\.(?:cypher|sql)")
_SCHEMA = re.compile(r"(CREATE|DROP|ALTER) .*\b(CONSTRAINT|INDEX|TYPE|PROPERTY)\b|CALL db\.await", re.DOTALL)
_LEASE = timedelta(seconds=60)
_LOCK = "lock"


class MigrationFailed(Exception):
    """The graph cannot be brought to the state that this Aether needs."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Migration:
    """A change of the graph.

    Attributes:
        id: Its number, four digits.
        checksum: The SHA-256 of its statements, in hexadecimal.
    """

    id: str
    name: str
    sql: bool
    statements: tuple[str, ...]
    checksum: str

    @property
    def schema(self) -> bool:
        """Whether it changes constraints and indexes rather than data."""
        return all(_SCHEMA.match(statement) for statement in self.statements)


class Sql(Protocol):
    """A way to send ArcadeDB what Bolt cannot say."""

    async def __call__(self, statement: str) -> None:
        """Run *statement*."""
        ...


class HttpSql(Sql):
    """ArcadeDB's SQL over HTTP."""

    def __init__(self, url: str, *, user: str, password: str, database: str) -> None:
        self._url = f"{url}/api/v1/command/{database}"
        self._auth = (user, password)

    @override
    async def __call__(self, statement: str) -> None:
        async with httpx.AsyncClient(timeout=30.0, trust_env=False) as client:
            answer = await client.post(
                self._url, auth=self._auth, json={"language": "sql", "command": statement}
            )
        if answer.is_error:
            raise MigrationFailed(f"ArcadeDB refused: {answer.text[:500]}")


def load(folder: Path, *, engine: str) -> Sequence[Migration]:
    """The migrations in *folder* for *engine*, `neo4j` or `arcadedb`, in order."""
    found: dict[str, Migration] = {}
    for path in sorted(folder.iterdir()):
        name = _FILE.fullmatch(path.name)
        if name is None:
            raise MigrationFailed(f"{path.name} is no name for a migration.")
        if name[3] in {None, engine}:
            if name[1] in found:
                raise MigrationFailed(f"There are two migrations {name[1]}.")
            found[name[1]] = _migration(name[1], name[2], path)
    return list(found.values())


def _migration(id: str, name: str, path: Path) -> Migration:
    lines = [line for line in path.read_text().splitlines() if not line.startswith(("//", "--"))]
    statements = tuple(part.strip() for part in "\n".join(lines).split(";\n") if part.strip(" ;\n"))
    statements = tuple(statement.rstrip(";") for statement in statements)
    return Migration(
        id=id,
        name=name,
        sql=path.suffix == ".sql",
        statements=statements,
        checksum=hashlib.sha256("\n".join(statements).encode()).hexdigest(),
    )


async def apply(
    driver: AsyncDriver, migrations: Sequence[Migration], *, database: str, sql: Sql | None = None
) -> Sequence[Migration]:
    """Apply those of *migrations* that the graph does not know yet; gives these back.

    Raises:
        MigrationFailed: A known one was edited, or the graph is newer than this Aether.
    """
    if not await pending(driver, migrations, database=database):
        return []
    graph = _Graph(driver, database, sql)
    await graph.prepare()
    async with graph.lease():
        applied = await graph.applied()
        _check(migrations, applied)
        fresh = [migration for migration in migrations if migration.id not in applied]
        for migration in fresh:
            await graph.apply(migration)
    return fresh


async def pending(
    driver: AsyncDriver, migrations: Sequence[Migration], *, database: str
) -> Sequence[Migration]:
    """Those of *migrations* that the graph does not know yet."""
    applied = await _Graph(driver, database, None).applied()
    _check(migrations, applied)
    return [migration for migration in migrations if migration.id not in applied]


def _check(migrations: Sequence[Migration], applied: dict[str, str]) -> None:
    known = {migration.id: migration for migration in migrations}
    for id, checksum in applied.items():
        if id not in known:
            raise MigrationFailed(f"The graph knows migration {id}, which this Aether does not: it is newer.")
        if checksum != known[id].checksum:
            raise MigrationFailed(f"Migration {id} was edited after it had been applied.")


class _Graph:
    """The graph, as far as migrations need it."""

    def __init__(self, driver: AsyncDriver, database: str, sql: Sql | None) -> None:
        self._driver = driver
        self._database = database
        self._sql = sql

    async def prepare(self) -> None:
        """Make the constraint on which the lease rests."""
        await self._schema(
            "CREATE CONSTRAINT migration_id_unique IF NOT EXISTS FOR (n:Migration) REQUIRE (n.id) IS UNIQUE"
        )

    async def applied(self) -> dict[str, str]:
        rows = await self._run(
            "MATCH (m:Migration) WHERE m.id <> $lock RETURN m.id AS id, m.checksum AS checksum", lock=_LOCK
        )
        return {row["id"]: row["checksum"] for row in rows}

    async def apply(self, migration: Migration) -> None:
        note = "MERGE (m:Migration {id: $id}) SET m.checksum = $checksum, m.applied_at = $now"
        noted = {"id": migration.id, "checksum": migration.checksum, "now": datetime.now(UTC)}
        if migration.sql:
            for statement in migration.statements:
                await cast("Sql", self._sql)(statement)
        elif migration.schema:
            for statement in migration.statements:
                await self._schema(statement)
        await self._transaction([] if migration.schema else migration.statements, note, noted)

    @asynccontextmanager
    async def lease(self) -> AsyncIterator[None]:
        """Nobody else migrates meanwhile."""
        holder = secrets.token_hex(8)
        while not await self._taken(holder):  # noqa: ASYNC110 - the other one is a process
            await asyncio.sleep(0.2)
        try:
            yield
        finally:
            release = "MATCH (m:Migration {id: $lock, holder: $holder}) SET m.until = $now"
            await self._run(release, lock=_LOCK, holder=holder, now=datetime.now(UTC))

    async def _taken(self, holder: str) -> bool:
        now = datetime.now(UTC)
        take = """
            MERGE (m:Migration {id: $lock}) SET m.lock = $holder
            WITH m WHERE m.until IS NULL OR m.until <= $now
            SET m.holder = $holder, m.until = $until
            RETURN m.holder AS holder
        """
        rows = await self._run(take, lock=_LOCK, holder=holder, now=now, until=now + _LEASE)
        return bool(rows)

    async def _schema(self, statement: str) -> None:
        for attempt in range(10):
            try:
                async with self._driver.session(database=self._database) as session:
                    await (await session.run(cast("Any", statement))).consume()
            except (ClientError, DatabaseError, TransientError):
                # Two processes that make the same index at once may be told that it is there.
                if attempt == 9:  # noqa: PLR2004 - the last one
                    raise
                await asyncio.sleep(0.1 * (attempt + 1))
            else:
                return

    async def _run(self, statement: str, **params: Any) -> list[dict[str, Any]]:
        async def body(transaction: Any) -> list[dict[str, Any]]:
            return [dict(record) async for record in await transaction.run(statement, params)]

        for _ in range(2):
            try:
                async with self._driver.session(database=self._database) as session:
                    return await session.execute_write(body)
            except ClientError as error:
                if "ConstraintValidationFailed" not in (error.code or ""):
                    raise
        return []

    async def _transaction(self, statements: Sequence[str], note: str, noted: dict[str, Any]) -> None:
        async def body(transaction: Any) -> None:
            for statement in statements:
                await (await transaction.run(statement)).consume()
            await (await transaction.run(note, noted)).consume()

        async with self._driver.session(database=self._database) as session:
            await session.execute_write(body)
