"""The engines that graph tests run on are what those tests take them for."""

import httpx
import neo4j
import pytest
from neo4j.exceptions import AuthError
from redis.asyncio import Redis
from redis.exceptions import AuthenticationError

from tests.engines import Engine


async def test_an_engine_takes_its_password_and_keeps_what_is_committed(engine: Engine) -> None:
    auth = (engine.user, engine.password)
    async with neo4j.AsyncGraphDatabase.driver(engine.uri, auth=auth) as driver:
        await driver.execute_query("CREATE (:EngineCheck {id: 1})", database_=engine.database)
        answer = await driver.execute_query(
            "MATCH (n:EngineCheck) WITH n, n.id AS id DETACH DELETE n RETURN id", database_=engine.database
        )

    assert [record["id"] for record in answer.records] == [1]


async def test_an_engine_takes_no_other_password(engine: Engine) -> None:
    async with neo4j.AsyncGraphDatabase.driver(engine.uri, auth=(engine.user, "guessed-it")) as driver:
        with pytest.raises(AuthError):
            await driver.verify_connectivity()


async def test_arcadedb_takes_sql_beside_bolt_and_neo4j_does_not(engine: Engine) -> None:
    if engine.http is None:
        assert engine.name == "neo4j"
        return

    async with httpx.AsyncClient(auth=(engine.user, engine.password), trust_env=False) as client:
        answer = await client.post(
            f"{engine.http}/api/v1/command/{engine.database}",
            json={"language": "sql", "command": "SELECT 1 AS one"},
        )

    assert answer.json()["result"] == [{"one": 1}]


async def test_redis_serves_those_who_know_its_password(redis_url: str) -> None:
    async with Redis.from_url(redis_url) as client:
        assert await client.ping()

    stranger = f"redis://{redis_url.split('@')[1]}"
    async with Redis.from_url(stranger) as client:
        with pytest.raises(AuthenticationError):
            await client.ping()
