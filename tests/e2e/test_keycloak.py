"""Signing in at a real Keycloak, in the realm that we deploy."""

import html
import re
import time
from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from typing import Any

import httpx
import pytest
from starlette.applications import Starlette
from typing_extensions import override

from aether.adapters.embedded.children import Supervisor
from aether.adapters.embedded.ports import free_port
from aether.adapters.http.auth import IDENTITY_COOKIE, REFRESH_COOKIE, TOKEN_COOKIE, auth_routes
from aether.adapters.oidc import issuers
from aether.adapters.oidc.issuers import Issuer
from aether.adapters.oidc.profiles import ClaimNames
from aether.adapters.oidc.provider import OidcIdentityProvider
from aether.adapters.oidc.verifier import OidcTokenVerifier, Trust
from aether.domain.identity import TokenInvalid, TokenWithoutTenant, TokenWrongAudience
from aether.domain.users import Role
from tests.servers import keycloak

APP = "https://aether.test"
CLIENT = "aether-app"
OURS = {"X-Aether-Request": "1"}

pytestmark = [pytest.mark.keycloak, pytest.mark.timeout(900)]


class Trusting(httpx.AsyncHTTPTransport):
    """Does as browsers do, for whom this machine is safe enough for cookies that want https."""

    @override
    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        response = await super().handle_async_request(request)
        headers = [(name, value.replace(";Secure", "")) for name, value in response.headers.multi_items()]
        response.headers = httpx.Headers(headers)
        return response


@dataclass
class House:
    """An Aether that trusts Keycloak, and what it takes to look behind the scenes."""

    url: str
    http: httpx.AsyncClient
    ahead_s: float = 0.0
    issuer: Issuer = field(init=False)
    provider: OidcIdentityProvider = field(init=False)
    verifier: OidcTokenVerifier = field(init=False)

    def __post_init__(self) -> None:
        self.issuer = Issuer(self.url, http=self.http, clock=lambda: time.monotonic() + self.ahead_s)
        self.provider = OidcIdentityProvider(
            self.issuer, client_id=CLIENT, client_secret=keycloak.SECRET, http=self.http
        )
        self.verifier = self.expecting(CLIENT)

    def expecting(self, audience: str) -> OidcTokenVerifier:
        trust = Trust(issuer=self.issuer, audiences=frozenset({audience}), names=ClaimNames(client=CLIENT))
        return OidcTokenVerifier([trust])

    def browser(self) -> httpx.AsyncClient:
        """A browser with cookies of its own, for which our pages are at `APP`."""
        routes = auth_routes(self.provider, self.verifier, origins=[APP], key=b"k" * 32)
        app = httpx.ASGITransport(Starlette(routes=routes))
        return httpx.AsyncClient(mounts={APP: app}, base_url=APP, transport=Trusting())

    async def admin(self, method: str, path: str, body: Any = None) -> Any:
        """What Keycloak's administrator is answered."""
        server = self.url.removesuffix("/realms/aether")
        asked = {"grant_type": "password", "client_id": "admin-cli"}
        asked |= {"username": keycloak.ADMIN, "password": keycloak.PASSWORD}
        given = await self.http.post(f"{server}/realms/master/protocol/openid-connect/token", data=asked)
        headers = {"Authorization": f"Bearer {given.json()['access_token']}"}
        url = f"{server}/admin/realms/aether{path}"
        answer = await self.http.request(method, url, json=body, headers=headers)
        answer.raise_for_status()
        return answer.json() if answer.content else None


@pytest.fixture(scope="module")
async def house(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[House]:
    try:
        keycloak.distribution()
    except keycloak.NotToBeHad as reason:
        pytest.skip(f"KEYCLOAK DID NOT RUN: {reason}")
    folder, port = tmp_path_factory.mktemp("keycloak"), free_port()
    supervisor = Supervisor(folder)
    await supervisor.start(keycloak.child(tmp_path_factory.mktemp("home"), port=port, app=APP))
    async with httpx.AsyncClient() as http:
        yield House(keycloak.url(port), http)
    await supervisor.stop()


@pytest.fixture
async def browser(house: House) -> AsyncIterator[httpx.AsyncClient]:
    async with house.browser() as browser:
        yield browser


async def fill_in(browser: httpx.AsyncClient, username: str, password: str) -> httpx.Response:
    """What Keycloak answers when its own form is filled in, which is where our login leads to."""
    left = await browser.get("/auth/login", params={"redirect": "/notebooks"})
    page = await browser.get(left.headers["location"])
    action = re.search(r'<form[^>]*action="([^"]+)"', page.text)
    assert action, page.text
    form = {"username": username, "password": password}
    return await browser.post(html.unescape(action[1]), data=form)


async def sign_in(browser: httpx.AsyncClient, username: str) -> httpx.Response:
    answered = await fill_in(browser, username, keycloak.PASSWORD)
    return await browser.get(answered.headers["location"])


async def test_a_person_signs_in_and_is_described_in_full(house: House, browser: httpx.AsyncClient) -> None:
    answer = await sign_in(browser, "ada")

    assert (answer.status_code, answer.headers["location"]) == (303, f"{APP}/notebooks")
    verified = await house.verifier.verify(browser.cookies[TOKEN_COOKIE])
    assert verified.session
    assert verified.scopes == {"openid", "profile", "email"}
    profile = verified.profile
    assert (profile.issuer, profile.username) == (house.url, "ada")
    assert (profile.full_name, profile.email) == ("Ada Lovelace", "ada@example.com")
    # The tenant is that of the organisation, the role that of the team, with what it includes.
    assert profile.tenant == "rivers"
    assert profile.groups == {"/rivers/research"}
    assert profile.roles == {Role.USER, Role.VIEWER}


async def test_an_administrator_has_every_role_and_a_tenant_of_their_own(
    house: House, browser: httpx.AsyncClient
) -> None:
    await sign_in(browser, "grace")

    profile = (await house.verifier.verify(browser.cookies[TOKEN_COOKIE])).profile

    assert profile.roles == frozenset(Role)
    assert profile.tenant == "seas"
    assert profile.email is None  # nobody checked it


async def test_a_wrong_password_leads_back_to_the_form(browser: httpx.AsyncClient) -> None:
    answer = await fill_in(browser, "ada", "wrong")

    assert answer.status_code == 200
    assert "Invalid username or password" in answer.text


async def test_whoever_is_in_no_tenant_is_not_let_in(browser: httpx.AsyncClient) -> None:
    answer = await sign_in(browser, "eve")

    assert (answer.status_code, answer.json()["error"]["code"]) == (401, "TOKEN_WITHOUT_TENANT")
    assert TOKEN_COOKIE not in browser.cookies


async def test_a_session_is_renewed_until_it_is_ended(house: House, browser: httpx.AsyncClient) -> None:
    await sign_in(browser, "ada")
    first, refresh = browser.cookies[TOKEN_COOKIE], browser.cookies[REFRESH_COOKIE]
    session = (await house.verifier.verify(first)).session

    renewed = await browser.post("/auth/refresh", headers=OURS)
    assert renewed.status_code == 200
    second = browser.cookies[TOKEN_COOKIE]
    assert second != first
    assert (await house.verifier.verify(second)).session == session
    assert await house.provider.introspect(second)

    left = await browser.post("/auth/logout", headers=OURS)
    assert left.status_code == 200
    assert TOKEN_COOKIE not in browser.cookies
    assert not await house.provider.introspect(second)
    browser.cookies.set(REFRESH_COOKIE, refresh, domain="aether.test", path="/auth")
    refused = await browser.post("/auth/refresh", headers=OURS)
    assert (refused.status_code, refused.json()["error"]["code"]) == (401, "SESSION_ENDED")


async def test_signing_out_ends_single_sign_on_too(browser: httpx.AsyncClient) -> None:
    # Given somebody signed in, who need not type their password again
    await sign_in(browser, "ada")
    left = await browser.get("/auth/login")
    again = await browser.get(left.headers["location"])
    assert again.headers["location"].startswith(f"{APP}/auth/callback")

    ended = await browser.post("/auth/logout", headers=OURS)
    home = await browser.get(ended.json()["logoutUrl"])

    assert home.headers["location"] == f"{APP}/"
    left = await browser.get("/auth/login")
    assert "<form" in (await browser.get(left.headers["location"])).text


async def test_a_rotated_key_is_picked_up(house: House, browser: httpx.AsyncClient) -> None:
    # Given a verifier that knows the key of now
    await sign_in(browser, "ada")
    await house.verifier.verify(browser.cookies[TOKEN_COOKIE])

    # When Keycloak gets another one that goes before it
    realm = await house.admin("GET", "")
    rotated = {"priority": ["200"], "enabled": ["true"], "active": ["true"], "algorithm": ["RS256"]}
    provider = {"name": "rotated", "providerId": "rsa-generated", "config": rotated}
    provider |= {"providerType": "org.keycloak.keys.KeyProvider", "parentId": realm["id"]}
    before = (await house.admin("GET", "/keys"))["active"]["RS256"]
    await house.admin("POST", "/components", provider)
    assert (await house.admin("GET", "/keys"))["active"]["RS256"] != before
    house.ahead_s += issuers.PAUSE_S

    # Then tokens signed with either are believed
    assert (await browser.post("/auth/refresh", headers=OURS)).status_code == 200
    verified = await house.verifier.verify(browser.cookies[TOKEN_COOKIE])
    assert verified.profile.username == "ada"


async def test_tokens_that_were_not_made_for_us_open_nothing(
    house: House, browser: httpx.AsyncClient
) -> None:
    await sign_in(browser, "ada")

    with pytest.raises(TokenWrongAudience):
        await house.expecting(keycloak.OTHER).verify(browser.cookies[TOKEN_COOKIE])
    with pytest.raises(TokenWrongAudience):
        await house.verifier.verify(await token_of(house, "ada"))
    with pytest.raises(TokenInvalid):
        await house.verifier.verify(browser.cookies[IDENTITY_COOKIE])


async def token_of(house: House, username: str) -> str:
    """An access token that Keycloak gives another client of the realm."""
    endpoint = (await house.issuer.metadata()).token_endpoint
    asked = {"grant_type": "password", "client_id": keycloak.OTHER, "scope": "openid"}
    asked |= {"username": username, "password": keycloak.PASSWORD}
    return str((await house.http.post(str(endpoint), data=asked)).json()["access_token"])


async def test_nobody_moves_themselves_to_another_tenant(house: House, browser: httpx.AsyncClient) -> None:
    # Given somebody who may edit their own account
    token = await token_of(house, "grace")
    headers = {"Authorization": f"Bearer {token}", "Accept": "application/json"}
    account = (await house.http.get(f"{house.url}/account", headers=headers)).json()
    assert account["attributes"] == {"tenant": ["seas"]}

    # When they try to edit their tenant
    account["attributes"] = {"tenant": ["rivers"]}
    refused = await house.http.post(f"{house.url}/account", json=account, headers=headers)

    assert refused.status_code == 400
    await sign_in(browser, "grace")
    assert (await house.verifier.verify(browser.cookies[TOKEN_COOKIE])).profile.tenant == "seas"


async def test_the_client_does_only_what_it_should(house: House) -> None:
    metadata = await house.issuer.metadata()
    us = httpx.BasicAuth(CLIENT, keycloak.SECRET)

    password = {"grant_type": "password", "username": "ada", "password": keycloak.PASSWORD}
    refused = await house.http.post(str(metadata.token_endpoint), data=password, auth=us)
    assert refused.json()["error"] == "unauthorized_client"

    asked = {"client_id": CLIENT, "redirect_uri": f"{APP}/auth/callback", "response_type": "code"}
    without_pkce = await house.http.get(str(metadata.authorization_endpoint), params=asked)
    assert "error=invalid_request" in without_pkce.headers["location"]

    elsewhere = asked | {"redirect_uri": "https://evil.example/auth/callback"}
    assert (await house.http.get(str(metadata.authorization_endpoint), params=elsewhere)).status_code == 400

    implicit = asked | {"response_type": "token"}
    refused = await house.http.get(str(metadata.authorization_endpoint), params=implicit)
    assert "error=unauthorized_client" in refused.headers["location"]


async def test_a_program_gets_a_token_of_its_own_without_a_tenant(house: House) -> None:
    endpoint = str((await house.issuer.metadata()).token_endpoint)
    us = httpx.BasicAuth(CLIENT, keycloak.SECRET)

    given = await house.http.post(endpoint, data={"grant_type": "client_credentials"}, auth=us)

    with pytest.raises(TokenWithoutTenant):
        await house.verifier.verify(given.json()["access_token"])


async def test_the_realm_is_as_asked_for(house: House) -> None:
    client = (await house.admin("GET", f"/clients?clientId={CLIENT}"))[0]
    realm = await house.admin("GET", "")
    providers = await house.admin("GET", "/identity-provider/instances")

    assert {role["name"] for role in await house.admin("GET", "/roles")} >= set(Role)
    callbacks = {f"{origin}/auth/callback" for origin in (APP, "http://localhost:3000")}
    assert set(client["redirectUris"]) == callbacks
    assert client["webOrigins"] == ["+"]
    assert (client["publicClient"], client["standardFlowEnabled"]) == (False, True)
    assert (client["implicitFlowEnabled"], client["directAccessGrantsEnabled"]) == (False, False)
    assert (client["serviceAccountsEnabled"], client["authorizationServicesEnabled"]) == (True, True)
    assert set(client["defaultClientScopes"]) >= {"basic", "profile", "email", "roles"}
    assert {(one["alias"], one["enabled"]) for one in providers} == {
        (alias, False) for alias in ("google", "microsoft", "github", "saml")
    }
    assert (realm["bruteForceProtected"], realm["registrationAllowed"]) == (True, False)
    assert (realm["eventsEnabled"], realm["adminEventsEnabled"]) == (True, True)
