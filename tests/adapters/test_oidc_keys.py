"""Keys of OpenID Connect issuers: when they are fetched, and how long they count."""

import asyncio
import socket
import time
from datetime import timedelta
from typing import Any

import httpx
import pytest

from aether.adapters.oidc import issuers, verifier
from aether.adapters.oidc.issuers import Issuer
from aether.adapters.oidc.verifier import OidcTokenVerifier, Trust
from aether.domain.identity import (
    IdentityUnavailable,
    TokenExpired,
    TokenInvalid,
)
from tests.servers.oidc import NOW, URL, Clock, Key, Publisher


@pytest.fixture
def key() -> Key:
    return Key("first", "ES256")


@pytest.fixture
def publisher(key: Key) -> Publisher:
    return Publisher(key)


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def verify(publisher: Publisher, clock: Clock) -> OidcTokenVerifier:
    return publisher.verifier(now=clock)


async def test_a_rotated_key_is_noticed_at_its_first_token(
    verify: OidcTokenVerifier, publisher: Publisher, key: Key
) -> None:
    await verify.verify(key.token())
    fresh = Key("second", "ES256")
    publisher.keys = [fresh.jwk, key.jwk]
    publisher.moment += issuers.PAUSE_S

    await verify.verify(fresh.token())
    await verify.verify(key.token(jti="another"))
    assert publisher.asked == 2


async def test_a_withdrawn_key_stops_counting(
    verify: OidcTokenVerifier, publisher: Publisher, key: Key
) -> None:
    await verify.verify(key.token())
    publisher.keys = [Key("second", "ES256").jwk]
    publisher.moment += issuers.FRESH_S + 1

    with pytest.raises(TokenInvalid, match="does not publish"):
        await verify.verify(key.token(jti="another"))


async def test_made_up_keys_do_not_make_us_ask_again_and_again(
    verify: OidcTokenVerifier, publisher: Publisher, key: Key
) -> None:
    await verify.verify(key.token())
    strange = [Key(f"made-up-{number}", "ES256").token() for number in range(50)]
    publisher.moment += issuers.PAUSE_S

    refusals = await asyncio.gather(*map(verify.verify, strange), return_exceptions=True)
    publisher.moment += issuers.PAUSE_S - 0.1
    refusals += await asyncio.gather(*map(verify.verify, strange), return_exceptions=True)

    assert all(isinstance(refusal, TokenInvalid) for refusal in refusals)
    assert publisher.asked == 2


async def test_many_who_come_first_ask_once(
    verify: OidcTokenVerifier, publisher: Publisher, key: Key
) -> None:
    tokens = [key.token(jti=f"token-{number}") for number in range(50)]

    await asyncio.gather(*map(verify.verify, tokens))

    assert publisher.asked == 1


async def test_who_gives_up_waiting_does_not_spoil_it_for_others(
    verify: OidcTokenVerifier, publisher: Publisher, key: Key
) -> None:
    # Given two who wait for the keys
    publisher.answers.clear()
    first, second = (asyncio.create_task(verify.verify(key.token(jti=jti))) for jti in "ab")
    await publisher.begun.wait()

    # When the one who began it goes
    first.cancel()
    publisher.answers.set()

    assert (await second).profile.subject == "ada"
    assert publisher.asked == 1


async def test_a_slow_issuer_is_asked_once_at_a_time(
    verify: OidcTokenVerifier, publisher: Publisher, key: Key
) -> None:
    # Given somebody who waits for the keys, and another who comes much later
    publisher.answers.clear()
    first = asyncio.create_task(verify.verify(key.token(jti="a")))
    await publisher.begun.wait()
    publisher.moment += issuers.PAUSE_S
    second = asyncio.create_task(verify.verify(key.token(jti="b")))
    await asyncio.sleep(0.01)

    publisher.answers.set()

    await asyncio.gather(first, second)
    assert publisher.asked == 1


async def test_known_keys_go_on_working_while_the_issuer_is_away(
    verify: OidcTokenVerifier, publisher: Publisher, key: Key
) -> None:
    await verify.verify(key.token())
    publisher.away = True

    publisher.moment += issuers.FRESH_S + 1
    await verify.verify(key.token(jti="another"))

    publisher.moment = issuers.STALE_S + 1
    with pytest.raises(IdentityUnavailable):
        await verify.verify(key.token(jti="a third"))


async def test_an_issuer_that_hangs_costs_half_a_second_once(
    verify: OidcTokenVerifier, publisher: Publisher, key: Key, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(issuers, "PATIENCE_S", 0.05)
    await verify.verify(key.token())
    publisher.answers.clear()
    publisher.moment += issuers.FRESH_S + 1

    began = time.monotonic()
    await verify.verify(key.token(jti="another"))

    assert time.monotonic() - began < 20
    publisher.answers.set()


async def test_without_any_key_nobody_is_let_in_and_nobody_is_refused_for_good(
    verify: OidcTokenVerifier, publisher: Publisher, key: Key
) -> None:
    publisher.away = True

    with pytest.raises(IdentityUnavailable) as refusal:
        await verify.verify(key.token())
    assert refusal.value.retry_after_s == issuers.PAUSE_S

    publisher.away = False
    publisher.moment += issuers.PAUSE_S
    await verify.verify(key.token())


@pytest.mark.parametrize(
    "metadata",
    [
        {"issuer": "https://evil.example", "jwks_uri": f"{URL}/keys"},
        {"issuer": URL},
        {"issuer": URL, "jwks_uri": 7},
        {"issuer": URL, "jwks_uri": "file:///etc/passwd"},
        {"issuer": URL, "jwks_uri": "http://[::"},
        {"issuer": URL, "jwks_uri": f"{URL}/nowhere"},
        {"issuer": URL, "jwks_uri": f"{URL}/.well-known/openid-configuration"},
        {"issuer": URL, "jwks_uri": f"{URL}/keys", "padding": "a" * issuers.DOCUMENT_MOST},
    ],
)
async def test_an_issuer_that_talks_nonsense_is_as_good_as_away(
    verify: OidcTokenVerifier, publisher: Publisher, key: Key, metadata: dict[str, Any]
) -> None:
    publisher.metadata = metadata

    with pytest.raises(IdentityUnavailable):
        await verify.verify(key.token())


async def test_an_issuer_that_cannot_be_reached_is_away(key: Key, clock: Clock) -> None:
    with socket.create_server(("127.0.0.1", 0)) as closed:
        port = closed.getsockname()[1]

    async with httpx.AsyncClient() as http:
        issuer = Issuer(URL, http=http, discovery_url=f"http://127.0.0.1:{port}/")
        with pytest.raises(IdentityUnavailable):
            await OidcTokenVerifier([Trust(issuer=issuer)], now=clock).verify(key.token())


async def test_an_issuer_that_accepts_and_says_nothing_costs_seconds(
    key: Key, clock: Clock, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(issuers, "DEADLINE_S", 0.1)
    with socket.create_server(("127.0.0.1", 0)) as silent:
        async with httpx.AsyncClient() as http:
            issuer = Issuer(URL, http=http, discovery_url=f"http://127.0.0.1:{silent.getsockname()[1]}/")
            began = time.monotonic()
            with pytest.raises(IdentityUnavailable):
                await OidcTokenVerifier([Trust(issuer=issuer)], now=clock).verify(key.token())

    assert time.monotonic() - began < 20


async def test_a_verified_token_is_remembered_for_a_minute(
    verify: OidcTokenVerifier, publisher: Publisher, key: Key, clock: Clock
) -> None:
    # Given a token that was verified, and whose key is gone since
    token = key.token()
    verified = await verify.verify(token)
    publisher.keys = []
    publisher.moment += issuers.FRESH_S + 1

    clock.now += verifier.REMEMBERED - timedelta(seconds=1)
    assert await verify.verify(token) is verified

    clock.now += timedelta(seconds=1)
    with pytest.raises(TokenInvalid):
        await verify.verify(token)


async def test_no_token_is_remembered_beyond_its_end(publisher: Publisher, key: Key, clock: Clock) -> None:
    verify = publisher.verifier(now=clock, skew=timedelta(0))
    token = key.token(exp=int(NOW.timestamp()) + 10)
    await verify.verify(token)

    clock.now += timedelta(seconds=10)
    with pytest.raises(TokenExpired):
        await verify.verify(token)


async def test_only_so_many_tokens_are_remembered(
    verify: OidcTokenVerifier, publisher: Publisher, key: Key, monkeypatch: pytest.MonkeyPatch
) -> None:
    # Given room for two, and three that were verified, the first of them twice
    monkeypatch.setattr(verifier, "REMEMBERED_MOST", 2)
    first, second, third = (key.token(jti=jti) for jti in ("1", "2", "3"))
    for token in (first, second, first, third):
        await verify.verify(token)
    publisher.keys = []
    publisher.moment += issuers.FRESH_S + 1

    await verify.verify(first)
    await verify.verify(third)
    with pytest.raises(TokenInvalid):
        await verify.verify(second)
