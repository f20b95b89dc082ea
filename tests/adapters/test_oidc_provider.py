"""Signing in at an issuer: what is asked of it, and what its answers mean."""

import asyncio
import base64
import time
from collections.abc import AsyncIterator, Mapping
from typing import Any
from urllib.parse import parse_qs

import httpx
import pytest
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route
from typing_extensions import override

from aether.adapters.oidc import provider as adapter
from aether.adapters.oidc.issuers import Issuer
from aether.adapters.oidc.provider import OidcIdentityProvider
from aether.domain.identity import IdentityUnavailable, Login, LoginRefused, SessionEnded
from tests.servers.oidc import NOW, URL, Clock, Key, Publisher

LOGIN = Login(state="s", nonce="n", verifier="v" * 43, callback="https://aether.example/auth/callback")


class Hanging(Response):
    """An answer that never comes."""

    @override
    async def __call__(self, *_: object) -> None:
        await asyncio.Event().wait()


class Desk(Publisher):
    """An issuer whose token endpoint gives a prepared answer, and keeps what it was asked."""

    def __init__(self, key: Key) -> None:
        super().__init__(key)
        self.said: Response = JSONResponse({})
        self.heard: Mapping[str, list[str]] = {}
        self.authorization = ""
        doors = ("authorization", "token", "introspection", "revocation", "end_session")
        self.metadata |= {f"{door}_endpoint": f"{URL}/desk" for door in doors}
        desk = Starlette(routes=[*self.routes, Route("/realms/aether/desk", self._desk, methods=["POST"])])
        self.http = httpx.AsyncClient(transport=httpx.ASGITransport(desk))
        self.issuer = Issuer(URL, http=self.http, clock=lambda: self.moment)

    async def _desk(self, request: Request) -> Response:
        self.heard = parse_qs((await request.body()).decode())
        self.authorization = request.headers.get("authorization", "")
        return self.said


@pytest.fixture
def key() -> Key:
    return Key("first", "ES256")


@pytest.fixture
async def desk(key: Key) -> AsyncIterator[Desk]:
    desk = Desk(key)
    async with desk.http:
        yield desk


@pytest.fixture
def provider(desk: Desk) -> OidcIdentityProvider:
    return OidcIdentityProvider(
        desk.issuer, client_id="aether:app", client_secret="s€cret", http=desk.http, now=Clock()
    )


def given(key: Key, **changes: Any) -> Response:
    identity = key.token(aud="aether:app", nonce="n", typ="ID")
    answer = {"access_token": "an access token", "expires_in": 300, "id_token": identity}
    return JSONResponse({name: value for name, value in (answer | changes).items() if value is not None})


async def test_a_browser_is_sent_with_everything_that_ties_the_answer_to_it(
    provider: OidcIdentityProvider,
) -> None:
    asked = httpx.URL(await provider.authorization_url(LOGIN))

    assert str(asked.copy_with(query=None)) == f"{URL}/desk"
    assert dict(asked.params) == {
        "response_type": "code",
        "client_id": "aether:app",
        "redirect_uri": LOGIN.callback,
        "scope": "openid profile email",
        "state": "s",
        "nonce": "n",
        "code_challenge": LOGIN.challenge,
        "code_challenge_method": "S256",
    }


async def test_a_code_is_exchanged_for_tokens(desk: Desk, provider: OidcIdentityProvider, key: Key) -> None:
    desk.said = given(key, refresh_token="a refresh token", refresh_expires_in=1_800)

    tokens = await provider.exchange("a code", LOGIN)

    assert (tokens.access, tokens.refresh) == ("an access token", "a refresh token")
    assert (tokens.expires_at - NOW).total_seconds() == 300
    assert tokens.refresh_expires_at is not None
    assert (tokens.refresh_expires_at - NOW).total_seconds() == 1_800
    assert desk.heard == {
        "grant_type": ["authorization_code"],
        "code": ["a code"],
        "redirect_uri": [LOGIN.callback],
        "code_verifier": [LOGIN.verifier],
    }
    # The form's encoding comes first, so that a colon in the name parts nothing (RFC 6749, 2.3.1).
    assert base64.b64decode(desk.authorization.split()[1]) == b"aether%3Aapp:s%E2%82%ACcret"


async def test_a_public_client_names_itself_and_shows_no_secret(desk: Desk, key: Key) -> None:
    desk.said = given(key)
    public = OidcIdentityProvider(
        desk.issuer, client_id="aether:app", client_secret=None, http=desk.http, now=Clock()
    )

    await public.exchange("a code", LOGIN)

    assert desk.heard["client_id"] == ["aether:app"]
    assert desk.authorization == ""


@pytest.mark.parametrize(
    "change",
    [
        {"nonce": "another's"},
        {"nonce": None},
        {"aud": "other-app"},
        {"iss": "https://evil.example"},
        {"exp": int(NOW.timestamp()) - 31},
    ],
    ids=str,
)
async def test_an_identity_token_of_another_login_is_refused(
    desk: Desk, provider: OidcIdentityProvider, key: Key, change: dict[str, Any]
) -> None:
    desk.said = given(key, id_token=key.token(**{"aud": "aether:app", "nonce": "n", **change}))

    with pytest.raises(LoginRefused):
        await provider.exchange("a code", LOGIN)


async def test_an_identity_token_must_be_there_and_be_the_issuers(
    desk: Desk, provider: OidcIdentityProvider, key: Key
) -> None:
    forged = Key("made up", "ES256").token(aud="aether:app", nonce="n")

    for identity in (None, "", "not a token", forged):
        desk.said = given(key, id_token=identity)
        with pytest.raises(LoginRefused):
            await provider.exchange("a code", LOGIN)


async def test_what_the_provider_turns_down_is_the_persons_to_mend(
    desk: Desk, provider: OidcIdentityProvider
) -> None:
    desk.said = JSONResponse({"error": "invalid_grant", "error_description": "secret"}, status_code=400)

    with pytest.raises(LoginRefused) as refusal:
        await provider.exchange("a code", LOGIN)
    assert "secret" not in refusal.value.message
    with pytest.raises(SessionEnded):
        await provider.refresh("a refresh token")
    assert await provider.introspect("a token") is False
    assert await provider.end_session(refresh="gone", identity=None, return_to="https://aether.example/")


@pytest.mark.parametrize(
    "said",
    [
        JSONResponse({"error": "invalid_client"}, status_code=401),
        JSONResponse({"error": "unauthorized_client"}, status_code=400),
        JSONResponse({"error": "slow_down"}, status_code=503),
        JSONResponse({"error": ["invalid_grant"]}, status_code=400),
        JSONResponse(["access_token"]),
        JSONResponse({"access_token": 7, "expires_in": 300}),
        JSONResponse({"access_token": "a token", "expires_in": "soon"}),
        Response("<h1>Bad gateway</h1>", status_code=502),
        Response("<h1>Hello</h1>"),
        Response(status_code=429),
        Response(status_code=302, headers={"location": "https://evil.example"}),
    ],
    ids=lambda said: f"{said.status_code} {said.body[:40]!r}",
)
async def test_whatever_else_goes_wrong_is_no_fault_of_the_person(
    desk: Desk, provider: OidcIdentityProvider, said: Response
) -> None:
    desk.said = said

    for failed in (provider.exchange("a code", LOGIN), provider.refresh("a refresh token")):
        with pytest.raises(IdentityUnavailable):
            await failed


async def test_an_issuer_that_hangs_costs_seconds(
    desk: Desk, provider: OidcIdentityProvider, monkeypatch: pytest.MonkeyPatch
) -> None:
    # Given keys that are known, and an issuer that has stopped answering since
    monkeypatch.setattr(adapter, "DEADLINE_S", 0.1)
    await provider.authorization_url(LOGIN)
    desk.said = Hanging()

    began = time.monotonic()
    with pytest.raises(IdentityUnavailable):
        await provider.refresh("a refresh token")
    assert time.monotonic() - began < 20


async def test_an_issuer_may_not_offer_everything(desk: Desk, provider: OidcIdentityProvider) -> None:
    desk.metadata = {name: desk.metadata[name] for name in ("issuer", "jwks_uri")}
    home = "https://aether.example/"

    asks = (provider.authorization_url(LOGIN), provider.exchange("c", LOGIN), provider.introspect("t"))
    for asked in asks:
        with pytest.raises(IdentityUnavailable, match="does not offer"):
            await asked
    assert await provider.end_session(refresh="r", identity="i", return_to=home) is None


async def test_ending_a_session_revokes_it_and_names_where_the_browser_ends_its_own(
    desk: Desk, provider: OidcIdentityProvider
) -> None:
    desk.said = Response()

    url = await provider.end_session(refresh="r", identity="i", return_to="https://aether.example/")

    assert desk.heard == {"token": ["r"], "token_type_hint": ["refresh_token"]}
    assert dict(httpx.URL(str(url)).params) == {
        "client_id": "aether:app",
        "post_logout_redirect_uri": "https://aether.example/",
        "id_token_hint": "i",
    }


async def test_introspection_believes_nothing_but_a_clear_yes(
    desk: Desk, provider: OidcIdentityProvider
) -> None:
    for said, active in (({"active": True}, True), ({"active": False}, False), ({"active": "yes"}, False)):
        desk.said = JSONResponse(said)
        assert await provider.introspect("a token") is active
    assert desk.heard == {"token": ["a token"]}
