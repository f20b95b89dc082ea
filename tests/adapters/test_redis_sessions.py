"""What is known of sessions that ended, and who tells it."""

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path

import httpx
import pytest
from redis.asyncio import Redis
from starlette.applications import Starlette

from aether.adapters.http import auth
from aether.adapters.http.auth import auth_routes
from aether.adapters.redis.sessions import RedisSessions
from tests.adapters.test_auth_routes import HOME, KEY, OURS, SECURE, House, sign_in


@pytest.fixture
async def sessions(redis_url: str) -> AsyncIterator[RedisSessions]:
    async with Redis.from_url(redis_url) as redis:
        yield RedisSessions(redis)


async def test_a_session_that_ended_is_known_until_its_tokens_have_too(sessions: RedisSessions) -> None:
    await sessions.end("ada's", seconds=0.2)

    assert await sessions.ended("ada's")
    assert not await sessions.ended("ben's")
    await asyncio.sleep(0.3)
    assert not await sessions.ended("ada's")


async def test_tokens_are_believed_while_redis_is_away() -> None:
    async with Redis.from_url("redis://127.0.0.1:1/0") as redis:
        away = RedisSessions(redis)

        await away.end("ada's", seconds=60)

        assert not await away.ended("ada's")


async def test_whoever_signs_out_leaves_no_token_behind_that_opens_anything(
    tmp_path: Path, sessions: RedisSessions
) -> None:
    house = House(tmp_path)
    routes = auth_routes(
        house.provider, house.verifier, origins=[HOME, SECURE], key=KEY, sessions=sessions, now=house.clock
    )
    house.app = Starlette(routes=[*routes, *house.app.routes])
    async with house.http, house.browser() as browser:
        await sign_in(browser)
        verified = await house.verifier.verify(browser.cookies[auth.TOKEN_COOKIE])
        assert verified.session is not None
        assert not await sessions.ended(verified.session)

        left: httpx.Response = await browser.post("/auth/logout", headers=OURS)

    assert left.status_code == 200
    assert await sessions.ended(verified.session)
