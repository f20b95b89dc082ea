"""What operators do before and beside serving: check, migrate, look for orphans."""

from collections.abc import Mapping, Sequence

import httpx

from aether.adapters import system
from aether.adapters.http.probes import checked
from aether.adapters.neo4j import migrations
from aether.adapters.neo4j.graph import connected
from aether.adapters.oidc.issuers import Issuer
from aether.bootstrap.parts import outside, shipped, vectors_of
from aether.domain.auditing import Audit
from aether.domain.orphans import Found
from aether.settings import Settings


async def check(settings: Settings) -> Mapping[str, str | None]:
    """What is wrong with each service that *settings* name, in words; none if it answers."""
    async with outside(settings) as opened, httpx.AsyncClient(trust_env=False) as client:
        issuer = Issuer(settings.issuer, http=client, discovery_url=settings.issuer_discovery_url or None)

        async def identity() -> None:
            await issuer.metadata()

        await opened.vectors.load()  # which is not what is checked, and may take its time
        checks = opened.checks()
        if settings.issuer:
            checks["issuer"] = identity
        if opened.scanner is not None:
            checks["scanner"] = opened.scanner.ping
        return await checked(checks)


async def orphans(settings: Settings, *, repair: bool) -> Sequence[Found]:
    """What lost what it belongs to, in all stores that *settings* name, and mended if that is wanted."""
    async with outside(settings) as opened:
        stores = (opened.graph, opened.blobs, opened.vectors)
        return await Audit(*stores, moment=system.moment, repair=repair).all()


async def migrate(settings: Settings) -> list[str]:
    """Bring the graph and the vector store to the state that this Aether needs; tells what was done."""
    engine = "arcadedb" if settings.graph_sql_url else "neo4j"
    found = migrations.load(shipped("cypher") / "migrations", engine=engine)
    password = settings.graph_password.get_secret_value()
    sql = None
    if settings.graph_sql_url:
        sql = migrations.HttpSql(
            settings.graph_sql_url,
            user=settings.graph_user,
            password=password,
            database=settings.graph_database,
        )
    async with connected(settings.graph_url, user=settings.graph_user, password=password) as driver:
        done = await migrations.apply(driver, found, database=settings.graph_database, sql=sql)
    vectors = vectors_of(settings)
    try:
        await vectors.ready()
    finally:
        await vectors.close()
    return [f"{migration.id} {migration.name}" for migration in done]
