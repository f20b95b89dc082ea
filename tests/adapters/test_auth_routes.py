"""Signing in and out through the plain routes, at the local issuer."""

import asyncio
from collections.abc import AsyncIterator
from datetime import timedelta
from http.cookies import SimpleCookie
from pathlib import Path

import httpx
import pytest
from starlette.applications import Starlette
from starlette.types import ASGIApp, Receive, Scope, Send

from aether.adapters.http import auth
from aether.adapters.http.auth import auth_routes, credential_of, from_our_pages
from aether.adapters.local_issuer.issuer import LocalIssuer
from aether.adapters.local_issuer.mint import CLIENT, NAME
from aether.adapters.oidc.issuers import Issuer
from aether.adapters.oidc.provider import OidcIdentityProvider
from aether.adapters.oidc.verifier import OidcTokenVerifier, Trust
from aether.domain.identity import CredentialKind
from aether.domain.users import Profile, Role
from tests.servers.oidc import Clock

HOME = "http://127.0.0.1:8000"
SECURE = "https://aether.example"
KEY = b"k" * 32
ADA = Profile(subject="person-1", issuer=NAME, tenant="demo", username="ada", roles=frozenset({Role.USER}))
OURS = {"X-Aether-Request": "1"}


class Switch:
    """A way to the issuer that can be cut."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app
        self.cut = False

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if self.cut:
            raise httpx.ConnectError("The issuer is away.")
        await self._app(scope, receive, send)


class House:
    """An Aether with its local issuer, and browsers that visit it."""

    def __init__(self, folder: Path, *, audience: str = CLIENT, people: tuple[Profile, ...] = (ADA,)) -> None:
        self.clock = Clock()
        issuer = LocalIssuer(
            profile="embedded",
            folder=folder,
            people=people,
            base_url=HOME,
            callbacks=[f"{origin}/auth/callback" for origin in (HOME, SECURE)],
            now=self.clock,
        )
        self.way = Switch(Starlette(routes=issuer.routes()))
        self.http = httpx.AsyncClient(transport=httpx.ASGITransport(self.way))
        ours = Issuer(NAME, http=self.http, discovery_url=issuer.discovery_url)
        self.verifier = OidcTokenVerifier(
            [Trust(issuer=ours, audiences=frozenset({audience}))], now=self.clock
        )
        self.provider = OidcIdentityProvider(
            ours, client_id=CLIENT, client_secret=None, http=self.http, now=self.clock
        )
        routes = auth_routes(self.provider, self.verifier, origins=[HOME, SECURE], key=KEY, now=self.clock)
        self.app = Starlette(routes=[*routes, *issuer.routes()])

    def browser(self, at: str = HOME) -> httpx.AsyncClient:
        return httpx.AsyncClient(transport=httpx.ASGITransport(self.app), base_url=at)


@pytest.fixture
async def house(tmp_path: Path) -> AsyncIterator[House]:
    house = House(tmp_path)
    async with house.http:
        yield house


@pytest.fixture
async def browser(house: House) -> AsyncIterator[httpx.AsyncClient]:
    async with house.browser() as browser:
        yield browser


async def back_from_the_issuer(browser: httpx.AsyncClient, redirect: str = "/notebooks") -> str:
    """Where the issuer sends *browser* back, once somebody picked themselves."""
    left = await browser.get("/auth/login", params={"redirect": redirect})
    asked = httpx.URL(left.headers["location"])
    picked = await browser.post(asked.copy_with(host="127.0.0.1", port=8000), data={"person": "ada"})
    return str(picked.headers["location"])


async def sign_in(browser: httpx.AsyncClient) -> httpx.Response:
    return await browser.get(await back_from_the_issuer(browser))


def cookie_of(answer: httpx.Response, name: str) -> dict[str, str]:
    """The attributes of a cookie that was set, without those that are not there."""
    for header in answer.headers.get_list("set-cookie"):
        if morsel := SimpleCookie(header).get(name):
            return {key: str(value) for key, value in morsel.items() if value != ""}
    return {}


def code_of(answer: httpx.Response) -> str:
    return str(answer.json()["error"]["code"])


async def test_a_browser_comes_back_signed_in(house: House, browser: httpx.AsyncClient) -> None:
    back = await back_from_the_issuer(browser, "/notebooks?first=10")

    answer = await browser.get(back)

    assert (answer.status_code, answer.headers["location"]) == (303, f"{HOME}/notebooks?first=10")
    verified = await house.verifier.verify(browser.cookies[auth.TOKEN_COOKIE])
    assert verified.profile == ADA
    assert verified.session
    assert answer.headers["cache-control"] == "no-store"
    assert answer.headers["referrer-policy"] == "no-referrer"


async def test_cookies_are_out_of_reach_of_scripts_and_foreign_pages(browser: httpx.AsyncClient) -> None:
    answer = await sign_in(browser)

    assert cookie_of(answer, auth.TOKEN_COOKIE) == {
        "path": "/",
        "max-age": "3600",
        "httponly": "True",
        "samesite": "lax",
    }
    for name in (auth.REFRESH_COOKIE, auth.IDENTITY_COOKIE):
        assert cookie_of(answer, name) == {
            "path": "/auth",
            "max-age": "86400",
            "httponly": "True",
            "samesite": "lax",
        }


async def test_cookies_go_over_https_only_unless_all_is_on_this_machine(house: House) -> None:
    async with house.browser(SECURE) as browser:
        left = await browser.get("/auth/login")
        answer = await sign_in(browser)

    assert answer.headers["location"] == f"{SECURE}/notebooks"
    assert cookie_of(left, auth.LOGIN_COOKIE)["secure"] == "True"
    for name in (auth.TOKEN_COOKIE, auth.REFRESH_COOKIE, auth.IDENTITY_COOKIE):
        assert cookie_of(answer, name)["secure"] == "True"


@pytest.mark.parametrize("origin", ["http://aether.example", "http://127.0.0.1.evil.example", "ftp://x", "x"])
def test_tokens_are_not_entrusted_to_plain_http(house: House, origin: str) -> None:
    with pytest.raises(ValueError, match="https only"):
        auth_routes(house.provider, house.verifier, origins=[HOME, origin], key=KEY)


def test_a_short_key_is_not_used(house: House) -> None:
    with pytest.raises(ValueError, match="at least 32 bytes"):
        auth_routes(house.provider, house.verifier, origins=[HOME], key=b"k" * 31)


async def test_a_foreign_host_name_leads_nowhere(browser: httpx.AsyncClient) -> None:
    left = await browser.get("/auth/login", headers={"host": "evil.example"})

    assert httpx.URL(left.headers["location"]).params["redirect_uri"] == f"{HOME}/auth/callback"


@pytest.mark.parametrize("redirect", ["https://evil.example", "//evil.example", "/\\evil.example", "/\t/x"])
async def test_a_login_ends_on_this_site(browser: httpx.AsyncClient, redirect: str) -> None:
    refused = await browser.get("/auth/login", params={"redirect": redirect})

    assert (refused.status_code, code_of(refused)) == (400, "REDIRECT_INVALID")
    assert "location" not in refused.headers


async def test_several_tabs_can_sign_in_at_once(browser: httpx.AsyncClient) -> None:
    first = await back_from_the_issuer(browser, "/first")
    second = await back_from_the_issuer(browser, "/second")

    assert (await browser.get(first)).headers["location"] == f"{HOME}/first"
    assert (await browser.get(second)).headers["location"] == f"{HOME}/second"


async def test_nobody_is_signed_in_by_somebody_elses_answer(house: House) -> None:
    # Given a login that somebody began in a browser of theirs
    async with house.browser() as theirs, house.browser() as mine:
        back = await back_from_the_issuer(theirs)
        await mine.get("/auth/login")

        refused = await mine.get(back)

    assert (refused.status_code, code_of(refused)) == (401, "LOGIN_STALE")
    assert not cookie_of(refused, auth.TOKEN_COOKIE)


@pytest.mark.parametrize("state", ["", ".", "a", "a.b", "é.é", "WyJ4IiwwLCIvIl0.x"])
async def test_a_made_up_state_is_refused(browser: httpx.AsyncClient, state: str) -> None:
    await browser.get("/auth/login")

    refused = await browser.get("/auth/callback", params={"code": "x", "state": state})

    assert code_of(refused) == "LOGIN_STALE"


async def test_where_a_login_ends_cannot_be_changed_on_the_way(browser: httpx.AsyncClient) -> None:
    first = httpx.URL(await back_from_the_issuer(browser, "/first"))
    second = httpx.URL(await back_from_the_issuer(browser, "/second"))
    body = first.params["state"].partition(".")[0]
    signature = second.params["state"].partition(".")[2]

    refused = await browser.get(second.copy_set_param("state", f"{body}.{signature}"))

    assert code_of(refused) == "LOGIN_STALE"


async def test_a_code_is_not_taken_over_by_another_login(browser: httpx.AsyncClient) -> None:
    first = httpx.URL(await back_from_the_issuer(browser))
    second = httpx.URL(await back_from_the_issuer(browser))

    refused = await browser.get(first.copy_set_param("code", second.params["code"]))

    assert code_of(refused) == "LOGIN_REFUSED"


async def test_a_login_takes_ten_minutes_at_most(house: House, browser: httpx.AsyncClient) -> None:
    left = await browser.get("/auth/login")
    assert cookie_of(left, auth.LOGIN_COOKIE)["max-age"] == "600"
    back = await back_from_the_issuer(browser)

    house.clock.now += auth.LOGIN_TTL + timedelta(seconds=1)

    assert code_of(await browser.get(back)) == "LOGIN_STALE"


async def test_a_code_that_is_not_good_signs_nobody_in(browser: httpx.AsyncClient) -> None:
    back = httpx.URL(await back_from_the_issuer(browser))

    refused = await browser.get(back.copy_set_param("code", "made-up"))

    assert (refused.status_code, code_of(refused)) == (401, "LOGIN_REFUSED")
    assert refused.headers["www-authenticate"] == "Bearer"


@pytest.mark.parametrize(
    ("error", "told"), [("access_denied", "access_denied"), ("<b>", "no_code"), ("", "no_code")]
)
async def test_a_refusal_of_the_provider_is_passed_on(
    browser: httpx.AsyncClient, error: str, told: str
) -> None:
    back = httpx.URL(await back_from_the_issuer(browser)).copy_remove_param("code")

    refused = await browser.get(back.copy_merge_params({"error": error}))

    assert code_of(refused) == "LOGIN_REFUSED"
    assert refused.json()["error"]["message"].endswith(f": {told}.")


async def test_a_token_that_would_open_nothing_is_not_kept(tmp_path: Path) -> None:
    house = House(tmp_path, audience="other-app")

    async with house.http, house.browser() as browser:
        refused = await sign_in(browser)

    assert (refused.status_code, code_of(refused)) == (401, "TOKEN_WRONG_AUDIENCE")
    assert auth.TOKEN_COOKIE not in browser.cookies


async def test_a_token_that_no_browser_would_keep_is_refused_in_words(tmp_path: Path) -> None:
    many = frozenset(f"/group-{number:04}" for number in range(300))
    crowded = Profile(subject="p", issuer=NAME, tenant="demo", username="ada", groups=many)
    house = House(tmp_path, people=(crowded,))

    async with house.http, house.browser() as browser:
        refused = await sign_in(browser)

    assert code_of(refused) == "LOGIN_REFUSED"
    assert "fewer claims" in refused.json()["error"]["message"]


async def test_a_session_is_renewed(house: House, browser: httpx.AsyncClient) -> None:
    await sign_in(browser)
    before = browser.cookies[auth.TOKEN_COOKIE]
    house.clock.now += timedelta(minutes=59)

    renewed = await browser.post("/auth/refresh", headers=OURS)

    assert renewed.json() == {"expiresAt": (house.clock.now + timedelta(hours=1)).isoformat()}
    after = browser.cookies[auth.TOKEN_COOKIE]
    assert after != before
    assert (await house.verifier.verify(after)).profile == ADA


async def test_whoever_is_not_signed_in_has_nothing_to_renew(browser: httpx.AsyncClient) -> None:
    refused = await browser.post("/auth/refresh", headers=OURS)

    assert (refused.status_code, code_of(refused)) == (401, "SESSION_ENDED")


async def test_signing_out_ends_the_session_for_good(house: House, browser: httpx.AsyncClient) -> None:
    # Given somebody signed in, whose refresh token was copied
    await sign_in(browser)
    refresh = browser.cookies[auth.REFRESH_COOKIE]

    left = await browser.post("/auth/logout", headers=OURS)

    url = httpx.URL(left.json()["logoutUrl"])
    assert url.params["post_logout_redirect_uri"] == f"{HOME}/"
    assert url.params["id_token_hint"]
    assert not browser.cookies
    async with house.browser() as thief:
        thief.cookies.set(auth.REFRESH_COOKIE, refresh, domain="127.0.0.1", path="/auth")
        refused = await thief.post("/auth/refresh", headers=OURS)
        assert (refused.status_code, code_of(refused)) == (401, "SESSION_ENDED")
        assert not thief.cookies


async def test_signing_out_twice_does_no_harm(browser: httpx.AsyncClient) -> None:
    await sign_in(browser)

    for _ in range(2):
        assert (await browser.post("/auth/logout", headers=OURS)).status_code == 200


async def test_a_provider_that_is_away_keeps_nobody_signed_in_here(
    house: House, browser: httpx.AsyncClient
) -> None:
    await sign_in(browser)
    house.way.cut = True

    waits = await browser.post("/auth/refresh", headers=OURS)
    assert (waits.status_code, code_of(waits)) == (503, "IDENTITY_UNAVAILABLE")
    assert waits.headers["retry-after"] == "10"
    assert auth.REFRESH_COOKIE in browser.cookies

    left = await browser.post("/auth/logout", headers=OURS)
    assert (left.status_code, code_of(left)) == (503, "IDENTITY_UNAVAILABLE")
    assert not browser.cookies


@pytest.mark.parametrize("path", ["/auth/refresh", "/auth/logout"])
async def test_foreign_pages_neither_renew_nor_end_a_session(browser: httpx.AsyncClient, path: str) -> None:
    await sign_in(browser)

    refused = await browser.post(path, headers={"origin": "https://evil.example"})

    assert (refused.status_code, code_of(refused)) == (403, "CROSS_SITE_REQUEST")
    assert browser.cookies[auth.TOKEN_COOKIE]
    for method in ("GET", "HEAD", "PUT"):
        assert (await browser.request(method, path, headers=OURS)).status_code == 405


@pytest.mark.parametrize(
    ("headers", "ours"),
    [
        ({}, False),
        ({"origin": HOME}, True),
        ({"origin": SECURE}, True),
        ({"origin": "https://evil.example"}, False),
        ({"origin": "null"}, False),
        ({"origin": f"{HOME}.evil.example"}, False),
        ({"origin": "https://evil.example", "sec-fetch-site": "same-origin"}, False),
        ({"origin": "https://evil.example", "x-aether-request": "1"}, False),
        ({"sec-fetch-site": "same-origin"}, True),
        ({"sec-fetch-site": "same-site"}, False),
        ({"sec-fetch-site": "cross-site", "x-aether-request": "1"}, False),
        ({"sec-fetch-site": "none"}, False),
        ({"x-aether-request": ""}, True),
    ],
    ids=str,
)
def test_our_pages_are_told_from_foreign_ones(headers: dict[str, str], *, ours: bool) -> None:
    assert from_our_pages(headers, origins=[HOME, SECURE]) is ours


def test_what_is_shown_on_purpose_goes_before_what_a_browser_sends_unasked() -> None:
    headers = {"Authorization": "Bearer a-token", "X-API-Key": "a-key"}
    cookies = {auth.TOKEN_COOKIE: "a-cookie"}
    shown = []

    for name in (*headers, auth.TOKEN_COOKIE):
        credential = credential_of(headers, cookies)
        assert credential is not None
        shown.append((credential.kind, credential.secret))
        headers.pop(name, None)
        cookies.pop(name, None)

    assert shown == [
        (CredentialKind.BEARER, "a-token"),
        (CredentialKind.API_KEY, "a-key"),
        (CredentialKind.COOKIE, "a-cookie"),
    ]
    assert credential_of(headers, cookies) is None


@pytest.mark.parametrize(
    ("headers", "kind", "secret"),
    [
        ({"authorization": "bearer   x "}, CredentialKind.BEARER, "x"),
        ({"AUTHORIZATION": "BEARER x"}, CredentialKind.BEARER, "x"),
        ({"Authorization": "Bearer"}, CredentialKind.BEARER, ""),
        ({"Authorization": "Basic eDp5"}, CredentialKind.COOKIE, "a-cookie"),
        ({"Authorization": ["Bearer x"]}, CredentialKind.COOKIE, "a-cookie"),
        ({"Authorization": None, "x-api-key": 7}, CredentialKind.COOKIE, "a-cookie"),
        ({"x-api-key": "  "}, CredentialKind.COOKIE, "a-cookie"),
    ],
    ids=str,
)
def test_headers_are_read_as_they_come(headers: dict[str, object], kind: CredentialKind, secret: str) -> None:
    credential = credential_of(headers, {auth.TOKEN_COOKIE: "a-cookie"})

    assert credential is not None
    assert (credential.kind, credential.secret) == (kind, secret)


def test_the_api_key_may_come_under_another_name() -> None:
    headers = {"X-API-Key": "not this", "X-Key": "this"}

    credential = credential_of(headers, {}, api_key_header="X-Key")

    assert credential is not None
    assert credential.secret == "this"


async def test_many_browsers_at_once_keep_apart(house: House) -> None:
    async def visit() -> str:
        async with house.browser() as browser:
            await sign_in(browser)
            return str((await house.verifier.verify(browser.cookies[auth.TOKEN_COOKIE])).session)

    sessions = await asyncio.gather(*(visit() for _ in range(20)))

    assert len(set(sessions)) == 20
