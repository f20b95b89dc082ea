"""Tokens of OpenID Connect issuers: which are believed."""

import base64
import hashlib
import hmac
import json
from datetime import timedelta
from typing import Any

import jwt
import pytest
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import rsa
from hypothesis import given
from hypothesis import strategies as st
from jwt.algorithms import RSAAlgorithm

from aether.adapters.oidc import issuers
from aether.adapters.oidc.issuers import Issuer
from aether.adapters.oidc.profiles import ClaimNames
from aether.adapters.oidc.verifier import OidcTokenVerifier, Trust
from aether.domain.errors import Unauthenticated
from aether.domain.identity import (
    TOKEN_MOST,
    TokenAlgorithmRefused,
    TokenExpired,
    TokenInvalid,
    TokenWrongAudience,
    TokenWrongIssuer,
)
from tests.servers.oidc import CLAIMS, NOW, URL, Clock, Key, Publisher, part


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


@pytest.mark.parametrize("algorithm", ["RS256", "PS256", "ES256", "EdDSA"])
async def test_a_good_token_says_who_asks(algorithm: str, clock: Clock) -> None:
    key = Key("only", algorithm)

    verified = await Publisher(key).verifier(now=clock).verify(key.token())

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

    verified = await publisher.verifier(now=clock).verify(pss.token())

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
    token = f"{part({'alg': algorithm, 'kid': 'first'})}.{part(CLAIMS)}."

    with pytest.raises(TokenAlgorithmRefused):
        await verify.verify(token)


@pytest.mark.parametrize("form", ["pem", "jwk", "x"])
async def test_a_public_key_is_no_shared_secret(verify: OidcTokenVerifier, key: Key, form: str) -> None:
    # Given a token that a stranger signed with what everybody knows
    pem = key.private.public_key().public_bytes(
        serialization.Encoding.PEM, serialization.PublicFormat.SubjectPublicKeyInfo
    )
    secret = {"pem": pem, "jwk": json.dumps(key.jwk).encode(), "x": key.jwk["x"].encode()}[form]
    signed = f"{part({'alg': 'HS256', 'kid': 'first'})}.{part(CLAIMS)}"
    signature = base64.urlsafe_b64encode(hmac.digest(secret, signed.encode(), hashlib.sha256))

    with pytest.raises(TokenAlgorithmRefused):
        await verify.verify(f"{signed}.{signature.rstrip(b'=').decode()}")


async def test_a_shared_secret_among_the_keys_is_passed_over(
    verify: OidcTokenVerifier, publisher: Publisher
) -> None:
    publisher.keys = [{"kty": "oct", "kid": "first", "k": part("secret"), "alg": "ES256"}]

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
    with pytest.warns(jwt.InsecureKeyLengthWarning):
        token = jwt.encode(dict(CLAIMS), weak, algorithm="RS256", headers={"kid": "weak"})

    with pytest.raises(TokenInvalid):
        await publisher.verifier(now=clock).verify(token)


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
    forged = f"{head}.{part({**CLAIMS, 'sub': 'grace'})}.{signature}"

    with pytest.raises(TokenInvalid):
        await verify.verify(forged)


async def test_a_token_ends_when_it_says_give_or_take_the_skew(
    publisher: Publisher, key: Key, clock: Clock
) -> None:
    token = key.token()

    clock.now = NOW + timedelta(seconds=300 + 29)
    await publisher.verifier(now=clock).verify(token)

    clock.now = NOW + timedelta(seconds=300 + 30)
    with pytest.raises(TokenExpired):
        await publisher.verifier(now=clock).verify(token)


@pytest.mark.parametrize("name", ["iat", "nbf"])
async def test_a_token_does_not_count_before_it_says(verify: OidcTokenVerifier, key: Key, name: str) -> None:
    within: dict[str, Any] = {name: int(NOW.timestamp()) + 30}
    beyond: dict[str, Any] = {name: int(NOW.timestamp()) + 31}

    await verify.verify(key.token(**within))
    with pytest.raises(TokenInvalid, match="not valid yet"):
        await verify.verify(key.token(**beyond))


@pytest.mark.parametrize("name", ["iat", "exp"])
@pytest.mark.parametrize("when", [None, "1700000000", True, [], float("nan"), float("inf"), 1e300, -1e300])
async def test_a_token_must_say_when_it_counts(
    verify: OidcTokenVerifier, key: Key, name: str, when: Any
) -> None:
    changes: dict[str, Any] = {name: when}

    with pytest.raises(TokenInvalid, match=f"does not say when it counts: {name}"):
        await verify.verify(key.token(**changes))


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

    await verify.verify(key.token(aud="account"))
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
    await verify.verify(key.token(typ=None))
    await verify.verify(key.token(typ=None, header="at+jwt"))


async def test_a_header_may_rule_a_token_out(verify: OidcTokenVerifier, key: Key) -> None:
    for typ in ("logout+jwt", "dpop+jwt", "secevent+jwt"):
        with pytest.raises(TokenInvalid, match="of this type"):
            await verify.verify(key.token(header=typ))


async def test_a_subject_is_a_name(verify: OidcTokenVerifier, key: Key) -> None:
    for subject in (None, "", "a" * 256):
        with pytest.raises(TokenInvalid, match="who it is about"):
            await verify.verify(key.token(sub=subject))


async def test_a_token_has_a_longest_form(verify: OidcTokenVerifier, key: Key) -> None:
    with pytest.raises(TokenInvalid, match=f"at most {TOKEN_MOST} characters"):
        await verify.verify("a" * (TOKEN_MOST + 1))

    fits = key.token(padding="a" * 5_750)
    assert TOKEN_MOST - 200 < len(fits) <= TOKEN_MOST
    await verify.verify(fits)


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
        f"{part([])}.{part(CLAIMS)}.",
        f"{part({'alg': 'ES256'})}.{part([1])}.AA",
        f"{part({'alg': 'ES256', 'kid': 7})}.{part(CLAIMS)}.AA",
        f"{part({'alg': 'ES256', 'crit': ['exp'], 'exp': 1})}.{part(CLAIMS)}.AA",
        f"{part({'alg': 'ES256', 'b64': False, 'crit': ['b64']})}..AA",
        base64.urlsafe_b64encode(b"[" * 4_000).decode() + ".e30.AA",
        f"{part({'alg': 'ES256', 'enc': 'A256GCM'})}.a.b.c.d",
    ],
)
async def test_whatever_is_no_token_is_refused(verify: OidcTokenVerifier, token: str) -> None:
    with pytest.raises(TokenInvalid):
        await verify.verify(token)


@given(text=st.text(), cut=st.integers(0, 400), typ=st.text())
async def test_nothing_made_up_gets_through(text: str, cut: int, typ: str) -> None:
    # Given a good token, with something put into it anywhere
    key = Key("first", "ES256")
    verify = Publisher(key).verifier(now=Clock())
    good = key.token()
    signature = good.rindex(".")
    at = min(cut, signature)

    for token in (
        text,
        good[:at] + text + "x" + good[at:],
        good[:at],
        f"{part({'alg': typ})}.{text}.{text}",
    ):
        with pytest.raises(Unauthenticated):
            await verify.verify(token)


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
