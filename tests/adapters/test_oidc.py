"""Tokens of any OpenID Connect issuer: which are believed, and what becomes of their issuer's keys."""

import asyncio
import base64
import hashlib
import hmac
import json
import time
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from functools import cache
from typing import Any

import httpx
import jwt
import pytest
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import ec, ed25519, rsa
from hypothesis import given
from hypothesis import strategies as st
from jwt.algorithms import ECAlgorithm, OKPAlgorithm, RSAAlgorithm
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from aether.adapters.oidc import issuers, verifier
from aether.adapters.oidc.issuers import Issuer
from aether.adapters.oidc.profiles import ClaimNames
from aether.adapters.oidc.verifier import OidcTokenVerifier, Trust
from aether.domain.errors import Unauthenticated
from aether.domain.identity import (
    TOKEN_MOST,
    IdentityUnavailable,
    TokenAlgorithmRefused,
    TokenExpired,
    TokenInvalid,
    TokenWrongAudience,
    TokenWrongIssuer,
)

URL = "https://issuer.example/realms/aether"
NOW = datetime(2026, 11, 21, 12, tzinfo=UTC)


class Key:
    """A key as an issuer has it."""

    def __init__(self, kid: str, algorithm: str) -> None:
        self.kid = kid
        self.algorithm = algorithm
        self.private, public = _pair(algorithm, kid)
        self.jwk = {**public, "kid": kid, "use": "sig", "alg": algorithm}

    def token(self, *, typ: str = "JWT", **changes: Any) -> str:
        claims = {name: claim for name, claim in (CLAIMS | changes).items() if claim is not None}
        headers = {"kid": self.kid, "typ": typ}
        return jwt.encode(claims, self.private, algorithm=self.algorithm, headers=headers)


CLAIMS: Mapping[str, Any] = {
    "iss": URL,
    "sub": "ada",
    "aud": ["aether-app", "account"],
    "azp": "aether-app",
    "typ": "Bearer",
    "iat": int(NOW.timestamp()),
    "exp": int(NOW.timestamp()) + 300,
    "jti": "token-1",
    "sid": "session-1",
    "scope": "openid email",
    "tenant": "rivers",
}


@cache
def _pair(algorithm: str, _: str) -> tuple[Any, Mapping[str, Any]]:
    if algorithm == "ES256":
        elliptic = ec.generate_private_key(ec.SECP256R1())
        return elliptic, ECAlgorithm.to_jwk(elliptic.public_key(), as_dict=True)
    if algorithm == "EdDSA":
        edwards = ed25519.Ed25519PrivateKey.generate()
        return edwards, OKPAlgorithm.to_jwk(edwards.public_key(), as_dict=True)
    plain = rsa.generate_private_key(public_exponent=65_537, key_size=2_048)
    return plain, RSAAlgorithm.to_jwk(plain.public_key(), as_dict=True)


class Publisher:
    """An issuer that publishes *keys*, counts who asks for them, and may be away or slow."""

    def __init__(self, *keys: Key) -> None:
        self.keys: list[Mapping[str, Any]] = [key.jwk for key in keys]
        self.metadata: dict[str, Any] = {"issuer": URL, "jwks_uri": f"{URL}/keys"}
        self.away = False
        self.asked = 0
        self.answers = asyncio.Event()
        self.answers.set()
        self.moment = 0.0
        routes = [
            Route("/realms/aether/.well-known/openid-configuration", self._discovery),
            Route("/realms/aether/keys", self._keys),
        ]
        self.http = httpx.AsyncClient(transport=httpx.ASGITransport(Starlette(routes=routes)))
        self.issuer = Issuer(URL, http=self.http, clock=lambda: self.moment)

    async def _discovery(self, _: Request) -> Response:
        return Response(status_code=503) if self.away else JSONResponse(self.metadata)

    async def _keys(self, _: Request) -> Response:
        self.asked += 1
        await self.answers.wait()
        return JSONResponse({"keys": self.keys})


class Clock:
    """A clock that stands still until it is put forward."""

    def __init__(self) -> None:
        self.now = NOW

    def __call__(self) -> datetime:
        return self.now


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
    trust = Trust(issuer=publisher.issuer, audiences=frozenset({"aether-app"}))
    return OidcTokenVerifier([trust], now=clock)


def _part(value: object) -> str:
    return base64.urlsafe_b64encode(json.dumps(value).encode()).rstrip(b"=").decode()


@pytest.mark.parametrize("algorithm", ["RS256", "PS256", "ES256", "EdDSA"])
async def test_a_good_token_says_who_asks(algorithm: str, clock: Clock) -> None:
    key = Key("only", algorithm)
    trust = Trust(issuer=Publisher(key).issuer, audiences=frozenset({"aether-app"}))

    verified = await OidcTokenVerifier([trust], now=clock).verify(key.token())

    assert (verified.profile.subject, verified.profile.issuer) == ("ada", URL)
    assert verified.profile.tenant == "rivers"
    assert (verified.id, verified.session) == ("token-1", "session-1")
    assert verified.scopes == {"openid", "email"}
    assert verified.issued_at == NOW
    assert verified.expires_at == NOW + timedelta(minutes=5)


async def test_a_key_without_an_algorithm_serves_all_of_its_type(clock: Clock) -> None:
    pss = Key("only", "PS256")
    publisher = Publisher()
    publisher.keys = [{name: value for name, value in pss.jwk.items() if name not in {"alg", "use"}}]
    trust = Trust(issuer=publisher.issuer, audiences=frozenset({"aether-app"}))

    verified = await OidcTokenVerifier([trust], now=clock).verify(pss.token())

    assert verified.profile.subject == "ada"


async def test_a_token_that_names_no_key_is_proved_with_the_only_one(
    verify: OidcTokenVerifier, publisher: Publisher, key: Key
) -> None:
    token = jwt.encode(dict(CLAIMS), key.private, algorithm="ES256")
    assert (await verify.verify(token)).profile.subject == "ada"

    publisher.keys = [key.jwk, Key("second", "ES256").jwk]
    publisher.moment += issuers.FRESH_S + 1
    with pytest.raises(TokenInvalid):
        await verify.verify(jwt.encode({**CLAIMS, "jti": "another"}, key.private, algorithm="ES256"))


@pytest.mark.parametrize("algorithm", ["none", "nOnE", "", "HS256", "HS512", "RS1", "ES384", None, 7, []])
async def test_only_public_key_signatures_count(verify: OidcTokenVerifier, algorithm: object) -> None:
    token = f"{_part({'alg': algorithm, 'kid': 'first'})}.{_part(CLAIMS)}."

    with pytest.raises(TokenAlgorithmRefused):
        await verify.verify(token)


@pytest.mark.parametrize("form", ["pem", "jwk", "x"])
async def test_a_public_key_is_no_shared_secret(verify: OidcTokenVerifier, key: Key, form: str) -> None:
    # Given a token that a stranger signed with what everybody knows
    pem = key.private.public_key().public_bytes(
        serialization.Encoding.PEM, serialization.PublicFormat.SubjectPublicKeyInfo
    )
    secret = {"pem": pem, "jwk": json.dumps(key.jwk).encode(), "x": key.jwk["x"].encode()}[form]
    signed = f"{_part({'alg': 'HS256', 'kid': 'first'})}.{_part(CLAIMS)}"
    signature = base64.urlsafe_b64encode(hmac.digest(secret, signed.encode(), hashlib.sha256))

    with pytest.raises(TokenAlgorithmRefused):
        await verify.verify(f"{signed}.{signature.rstrip(b'=').decode()}")


async def test_a_shared_secret_among_the_keys_is_passed_over(
    verify: OidcTokenVerifier, publisher: Publisher
) -> None:
    publisher.keys = [{"kty": "oct", "kid": "first", "k": _part("secret"), "alg": "ES256"}]

    with pytest.raises(TokenInvalid):
        await verify.verify(Key("first", "ES256").token())


async def test_a_key_for_encryption_proves_nothing(
    verify: OidcTokenVerifier, publisher: Publisher, key: Key
) -> None:
    publisher.keys = [{**key.jwk, "use": "enc"}]

    with pytest.raises(TokenInvalid):
        await verify.verify(key.token())


async def test_a_key_of_another_type_proves_nothing(verify: OidcTokenVerifier) -> None:
    with pytest.raises(TokenInvalid):
        await verify.verify(Key("first", "RS256").token())


async def test_a_weak_key_proves_nothing(clock: Clock) -> None:
    weak = rsa.generate_private_key(public_exponent=65_537, key_size=1_024)
    publisher = Publisher()
    publisher.keys = [{**RSAAlgorithm.to_jwk(weak.public_key(), as_dict=True), "kid": "weak"}]
    trust = Trust(issuer=publisher.issuer, audiences=frozenset({"aether-app"}))
    with pytest.warns(jwt.InsecureKeyLengthWarning):
        token = jwt.encode(dict(CLAIMS), weak, algorithm="RS256", headers={"kid": "weak"})

    with pytest.raises(TokenInvalid):
        await OidcTokenVerifier([trust], now=clock).verify(token)


async def test_broken_keys_do_not_spoil_the_good_one(
    verify: OidcTokenVerifier, publisher: Publisher, key: Key
) -> None:
    broken: list[Any] = [
        7,
        {},
        {"kty": "EC"},
        {"kty": "RSA", "n": "AQ"},
        {"kty": "RSA", "kid": [], "n": "", "e": ""},
        {"kty": "OKP", "crv": "Ed25519", "x": "!"},
        {"kty": "EC", "crv": "P-256", "x": 7, "y": {}},
        {"kty": {}, "alg": []},
    ]
    publisher.keys = [*broken, key.jwk]

    assert (await verify.verify(key.token())).profile.subject == "ada"


async def test_a_forged_token_is_refused(verify: OidcTokenVerifier, key: Key) -> None:
    head, _, signature = key.token().split(".")
    forged = f"{head}.{_part({**CLAIMS, 'sub': 'grace'})}.{signature}"

    with pytest.raises(TokenInvalid):
        await verify.verify(forged)


async def test_a_token_ends_when_it_says_give_or_take_the_skew(
    publisher: Publisher, key: Key, clock: Clock
) -> None:
    token = key.token()
    trust = Trust(issuer=publisher.issuer, audiences=frozenset({"aether-app"}))

    clock.now = NOW + timedelta(seconds=300 + 29)
    assert await OidcTokenVerifier([trust], now=clock).verify(token)

    clock.now = NOW + timedelta(seconds=300 + 30)
    with pytest.raises(TokenExpired):
        await OidcTokenVerifier([trust], now=clock).verify(token)


@pytest.mark.parametrize("name", ["iat", "nbf"])
async def test_a_token_does_not_count_before_it_says(verify: OidcTokenVerifier, key: Key, name: str) -> None:
    soon = int(NOW.timestamp()) + 30
    assert await verify.verify(key.token(**{name: soon}))

    with pytest.raises(TokenInvalid, match="not valid yet"):
        await verify.verify(key.token(**{name: soon + 1}))


@pytest.mark.parametrize("name", ["iat", "exp"])
@pytest.mark.parametrize("when", [None, "1700000000", True, [], float("nan"), float("inf"), 1e300, -1e300])
async def test_a_token_must_say_when_it_counts(
    verify: OidcTokenVerifier, key: Key, name: str, when: object
) -> None:
    with pytest.raises(TokenInvalid, match=f"does not say when it counts: {name}"):
        await verify.verify(key.token(**{name: when}))


@pytest.mark.parametrize("url", ["https://evil.example", f"{URL}/", URL.upper(), "", None])
async def test_only_trusted_issuers_count(verify: OidcTokenVerifier, key: Key, url: str | None) -> None:
    with pytest.raises(TokenWrongIssuer):
        await verify.verify(key.token(iss=url))


@pytest.mark.parametrize("audience", ["account", ["account"], [], None, ["aether-app-2"], {"aether-app": 1}])
async def test_a_token_for_another_application_is_refused(
    verify: OidcTokenVerifier, key: Key, audience: object
) -> None:
    with pytest.raises(TokenWrongAudience):
        await verify.verify(key.token(aud=audience))


async def test_an_authorized_party_can_stand_for_the_audience(
    publisher: Publisher, key: Key, clock: Clock
) -> None:
    trust = Trust(issuer=publisher.issuer, parties=frozenset({"aether-app"}))
    verify = OidcTokenVerifier([trust], now=clock)

    assert await verify.verify(key.token(aud="account"))
    with pytest.raises(TokenWrongAudience):
        await verify.verify(key.token(azp="other-app"))
    with pytest.raises(TokenWrongAudience):
        await verify.verify(key.token(azp=[]))


@pytest.mark.parametrize(
    "changes",
    [{"typ": "ID"}, {"typ": "Refresh"}, {"typ": "Logout"}, {"typ": "DPoP"}, {"typ": []}]
    + [{"typ": None, name: "x"} for name in ("nonce", "at_hash", "c_hash", "events")],
)
async def test_tokens_made_for_something_else_open_nothing(
    verify: OidcTokenVerifier, key: Key, changes: dict[str, Any]
) -> None:
    with pytest.raises(TokenInvalid, match="made for something else"):
        await verify.verify(key.token(**changes))


async def test_a_token_without_a_type_of_its_own_is_an_access_token(
    verify: OidcTokenVerifier, key: Key
) -> None:
    assert await verify.verify(key.token(**{"typ": None}))
    assert await verify.verify(_typed(key, "at+jwt"))


async def test_a_header_may_rule_a_token_out(verify: OidcTokenVerifier, key: Key) -> None:
    for typ in ("logout+jwt", "dpop+jwt", "secevent+jwt"):
        with pytest.raises(TokenInvalid, match="of this type"):
            await verify.verify(_typed(key, typ))


def _typed(key: Key, typ: str) -> str:
    return jwt.encode(dict(CLAIMS), key.private, algorithm="ES256", headers={"kid": key.kid, "typ": typ})


async def test_a_subject_is_a_name(verify: OidcTokenVerifier, key: Key) -> None:
    for subject in (None, "", "a" * 256):
        with pytest.raises(TokenInvalid, match="who it is about"):
            await verify.verify(key.token(sub=subject))


async def test_a_token_has_a_longest_form(verify: OidcTokenVerifier, key: Key) -> None:
    with pytest.raises(TokenInvalid, match=f"at most {TOKEN_MOST} characters"):
        await verify.verify("a" * (TOKEN_MOST + 1))

    fits = key.token(padding="a" * 5_600)
    assert TOKEN_MOST - 200 < len(fits) <= TOKEN_MOST
    assert await verify.verify(fits)


@pytest.mark.parametrize(
    "token",
    [
        "",
        ".",
        "..",
        "a.b.c",
        "not a token",
        "\ud800.\udfff.x",
        "é.é.é",
        f"{_part([])}.{_part(CLAIMS)}.",
        f"{_part({'alg': 'ES256'})}.{_part([1])}.AA",
        f"{_part({'alg': 'ES256', 'kid': 7})}.{_part(CLAIMS)}.AA",
        f"{_part({'alg': 'ES256', 'crit': ['exp'], 'exp': 1})}.{_part(CLAIMS)}.AA",
        f"{_part({'alg': 'ES256', 'b64': False, 'crit': ['b64']})}..AA",
        base64.urlsafe_b64encode(b"[" * 4_000).decode() + ".e30.AA",
        f"{_part({'alg': 'ES256', 'enc': 'A256GCM'})}.a.b.c.d",
    ],
)
async def test_whatever_is_no_token_is_refused(verify: OidcTokenVerifier, token: str) -> None:
    with pytest.raises(TokenInvalid):
        await verify.verify(token)


@given(text=st.text(), cut=st.integers(0, 400), typ=st.text())
async def test_nothing_made_up_gets_through(text: str, cut: int, typ: str) -> None:
    # Given a good token, with something put into it anywhere
    key = Key("first", "ES256")
    trust = Trust(issuer=Publisher(key).issuer, audiences=frozenset({"aether-app"}))
    verify = OidcTokenVerifier([trust], now=Clock())
    good = key.token()
    signature = good.rindex(".")
    at = min(cut, signature)

    for token in (text, good[:at] + text + "x" + good[at:], good[:at], f"{_part({'alg': typ})}.{text}.{text}"):
        with pytest.raises(Unauthenticated):
            await verify.verify(token)


async def test_a_rotated_key_is_noticed_at_its_first_token(
    verify: OidcTokenVerifier, publisher: Publisher, key: Key
) -> None:
    await verify.verify(key.token())
    fresh = Key("second", "ES256")
    publisher.keys = [fresh.jwk, key.jwk]
    publisher.moment += issuers.PAUSE_S

    assert await verify.verify(fresh.token())
    assert await verify.verify(key.token(jti="another"))
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
    while not publisher.asked:
        await asyncio.sleep(0)

    # When the one who began it goes
    first.cancel()
    publisher.answers.set()

    assert (await second).profile.subject == "ada"
    assert publisher.asked == 1


async def test_known_keys_go_on_working_while_the_issuer_is_away(
    verify: OidcTokenVerifier, publisher: Publisher, key: Key
) -> None:
    await verify.verify(key.token())
    publisher.away = True

    publisher.moment += issuers.FRESH_S + 1
    assert await verify.verify(key.token(jti="another"))

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
    assert await verify.verify(key.token(jti="another"))

    assert time.monotonic() - began < 1
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
    assert await verify.verify(key.token())


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


async def test_an_issuer_that_cannot_be_reached_is_away(key: Key, clock: Clock, free_port: int) -> None:
    async with httpx.AsyncClient() as http:
        issuer = Issuer(URL, http=http, discovery_url=f"http://127.0.0.1:{free_port}/")
        trust = Trust(issuer=issuer, audiences=frozenset({"aether-app"}))
        with pytest.raises(IdentityUnavailable):
            await OidcTokenVerifier([trust], now=clock).verify(key.token())


@pytest.fixture
async def free_port() -> int:
    server = await asyncio.start_server(lambda *_: None, "127.0.0.1", 0)
    port: int = server.sockets[0].getsockname()[1]
    server.close()
    await server.wait_closed()
    return port


async def test_an_issuer_that_accepts_and_says_nothing_costs_seconds(
    key: Key, clock: Clock, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(issuers, "DEADLINE_S", 0.1)
    server = await asyncio.start_server(lambda *_: None, "127.0.0.1", 0)
    port = server.sockets[0].getsockname()[1]

    async with httpx.AsyncClient() as http, server:
        issuer = Issuer(URL, http=http, discovery_url=f"http://127.0.0.1:{port}/")
        trust = Trust(issuer=issuer, audiences=frozenset({"aether-app"}))
        began = time.monotonic()
        with pytest.raises(IdentityUnavailable):
            await OidcTokenVerifier([trust], now=clock).verify(key.token())

    assert time.monotonic() - began < 2


async def test_several_issuers_are_told_apart(key: Key, publisher: Publisher, clock: Clock) -> None:
    # Given an issuer that speaks for a tenant of its own, under a key of the same name
    other = Key("first", "EdDSA")
    theirs = Publisher(other)
    theirs.metadata["issuer"] = other_url = "https://other.example"
    issuer = Issuer(other_url, http=theirs.http, discovery_url=f"{URL}/.well-known/openid-configuration")
    pinned = ClaimNames(tenant=None, default_tenant="seas")
    verify = OidcTokenVerifier(
        [
            Trust(issuer=publisher.issuer, audiences=frozenset({"aether-app"})),
            Trust(issuer=issuer, audiences=frozenset({"aether-app"}), names=pinned),
        ],
        now=clock,
    )

    assert (await verify.verify(key.token())).profile.tenant == "rivers"
    assert (await verify.verify(other.token(iss=other_url))).profile.tenant == "seas"
    with pytest.raises(TokenInvalid):
        await verify.verify(other.token(iss=URL))


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


async def test_no_token_is_remembered_beyond_its_end(
    publisher: Publisher, key: Key, clock: Clock
) -> None:
    trust = Trust(issuer=publisher.issuer, audiences=frozenset({"aether-app"}))
    verify = OidcTokenVerifier([trust], now=clock, skew=timedelta(0))
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

    assert await verify.verify(first)
    assert await verify.verify(third)
    with pytest.raises(TokenInvalid):
        await verify.verify(second)
