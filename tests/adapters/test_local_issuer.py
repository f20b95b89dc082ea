"""The local issuer: whom it serves, and what it hands out."""

import stat
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from pathlib import Path
from typing import Any

import httpx
import pytest
from starlette.applications import Starlette

from aether.adapters.local_issuer import issuer as local
from aether.adapters.local_issuer.issuer import LocalIssuer, PersonMissing
from aether.adapters.local_issuer.keys import FILE, SigningKey
from aether.adapters.local_issuer.mint import CLIENT, NAME
from aether.adapters.oidc.issuers import Issuer
from aether.adapters.oidc.verifier import OidcTokenVerifier, Trust
from aether.domain.errors import Invalid
from aether.domain.identity import Login
from aether.domain.users import Profile, Role
from tests.servers.oidc import Clock

BASE = "http://127.0.0.1:8000"
CALLBACK = f"{BASE}/auth/callback"
LOGIN = Login(state="a state", nonce="a nonce", verifier="v" * 43, callback=CALLBACK)
ASKED = {
    "client_id": CLIENT,
    "redirect_uri": CALLBACK,
    "response_type": "code",
    "code_challenge": LOGIN.challenge,
    "code_challenge_method": "S256",
    "state": LOGIN.state,
    "nonce": LOGIN.nonce,
}
ADA = Profile(
    subject="person-1",
    issuer=NAME,
    tenant="demo",
    username="ada",
    email="ada@example.com",
    full_name="Ada <Lovelace>",
    roles=frozenset({Role.USER, Role.NOTEBOOK_ADMIN}),
    groups=frozenset({"/research"}),
)


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def issuer(tmp_path: Path, clock: Clock) -> LocalIssuer:
    return LocalIssuer(
        profile="embedded", folder=tmp_path, people=[ADA], base_url=BASE, callbacks=[CALLBACK], now=clock
    )


@pytest.fixture
def browser(issuer: LocalIssuer) -> httpx.AsyncClient:
    return client(issuer)


def client(issuer: LocalIssuer, *, address: str = "127.0.0.1") -> httpx.AsyncClient:
    transport = httpx.ASGITransport(Starlette(routes=issuer.routes()), client=(address, 50_000))
    return httpx.AsyncClient(transport=transport, base_url=f"{BASE}{local.PATH}")


async def code_of(browser: httpx.AsyncClient) -> str:
    sent = await browser.post("/authorize", params=ASKED, data={"person": "ada"})
    return httpx.URL(sent.headers["location"]).params["code"]


async def exchange(browser: httpx.AsyncClient, **changes: str) -> httpx.Response:
    form = {
        "grant_type": "authorization_code",
        "redirect_uri": CALLBACK,
        "code_verifier": LOGIN.verifier,
        **changes,
    }
    return await browser.post("/token", data=form)


@pytest.mark.parametrize("profile", ["cluster", "", "Embedded"])
def test_it_has_no_place_in_a_cluster(tmp_path: Path, profile: str) -> None:
    with pytest.raises(ValueError, match="no place in profile"):
        LocalIssuer(profile=profile, folder=tmp_path, people=[ADA], base_url=BASE)

    assert not list(tmp_path.iterdir())


def test_its_key_is_its_own_and_stays(tmp_path: Path) -> None:
    folder = tmp_path / "not there yet"

    first, second = SigningKey.kept_in(folder), SigningKey.kept_in(folder)

    assert first.kid == second.kid
    assert stat.S_IMODE((folder / FILE).stat().st_mode) == 0o600
    assert [path.name for path in folder.iterdir()] == [FILE]


def test_two_that_start_at_once_get_one_key(tmp_path: Path) -> None:
    with ThreadPoolExecutor(8) as pool:
        kids = {key.kid for key in pool.map(SigningKey.kept_in, [tmp_path] * 8)}

    assert len(kids) == 1


def test_a_key_that_others_can_read_is_not_used(tmp_path: Path) -> None:
    SigningKey.kept_in(tmp_path)
    (tmp_path / FILE).chmod(0o640)

    with pytest.raises(PermissionError, match="chmod 600"):
        SigningKey.kept_in(tmp_path)


@pytest.mark.parametrize("address", ["10.0.0.7", "192.168.1.2", "::2", "::ffff:10.0.0.7", "testclient", ""])
async def test_it_serves_no_other_machine(issuer: LocalIssuer, address: str) -> None:
    answer = await client(issuer, address=address).get("/authorize", params=ASKED)

    assert answer.status_code == 403
    assert answer.json()["error"]["code"] == "LOOPBACK_ONLY"


@pytest.mark.parametrize("address", ["127.0.0.1", "127.8.9.1", "::1", "::ffff:127.0.0.1"])
async def test_it_serves_this_machine(issuer: LocalIssuer, address: str) -> None:
    assert (await client(issuer, address=address).get("/authorize", params=ASKED)).status_code == 200


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("host", host)
        for host in ("evil.example", "evil.example:8000", "127.0.0.1.evil.example", "", "[", "::1")
    ]
    + [("host", "127.0.0.1:8000@evil.example"), ("host", "localhost."), ("host", "0.0.0.0:8000")]
    + [(name, "127.0.0.1") for name in ("forwarded", "x-forwarded-for", "x-forwarded-host", "x-real-ip")],
)
async def test_it_answers_to_no_foreign_name_and_through_no_proxy(
    browser: httpx.AsyncClient, name: str, value: str
) -> None:
    for method, path in (("GET", "/authorize"), ("POST", "/token"), ("GET", "/keys")):
        assert (await browser.request(method, path, headers={name: value})).status_code == 403


@pytest.mark.parametrize("host", ["localhost", "localhost:8000", "127.0.0.1:8000", "[::1]:8000", "[::1]"])
async def test_it_answers_to_its_own_names(browser: httpx.AsyncClient, host: str) -> None:
    assert (await browser.get("/keys", headers={"host": host})).status_code == 200


async def test_people_pick_themselves(browser: httpx.AsyncClient) -> None:
    page = await browser.get("/authorize", params=ASKED)
    assert "Ada &lt;Lovelace&gt;" in page.text
    assert "frame-ancestors 'none'" in page.headers["content-security-policy"]

    picked = await browser.post("/authorize", params=ASKED, data={"person": "ada"})

    back = httpx.URL(picked.headers["location"])
    assert str(back.copy_with(query=None)) == CALLBACK
    assert back.params["state"] == "a state"


@pytest.mark.parametrize(
    "change",
    [
        {"client_id": "other-app"},
        {"redirect_uri": "https://evil.example/auth/callback"},
        {"redirect_uri": f"{CALLBACK}/../../evil"},
        {"response_type": "token"},
        {"code_challenge": ""},
        {"code_challenge_method": "plain"},
    ],
)
async def test_codes_go_to_our_callback_only_and_only_with_pkce(
    browser: httpx.AsyncClient, change: dict[str, str]
) -> None:
    for method in ("GET", "POST"):
        refused = await browser.request(method, "/authorize", params=ASKED | change, data={"person": "ada"})
        assert refused.status_code == 400
        assert refused.json()["error"] == "invalid_request"
        assert "location" not in refused.headers


async def test_nobody_else_can_be_picked(browser: httpx.AsyncClient) -> None:
    for form in ({"person": "eve"}, {}, {"person": "ada", "padding": "a" * local.FORM_MOST}):
        refused = await browser.post("/authorize", params=ASKED, data=form)
        assert (refused.status_code, refused.json()["error"]) == (400, "access_denied")


async def test_a_code_is_good_once(browser: httpx.AsyncClient) -> None:
    code = await code_of(browser)

    first, second = [await exchange(browser, code=code) for _ in range(2)]

    assert first.json()["token_type"] == "Bearer"
    assert (second.status_code, second.json()["error"]) == (400, "invalid_grant")


async def test_a_code_is_good_for_a_minute(browser: httpx.AsyncClient, clock: Clock) -> None:
    code = await code_of(browser)
    clock.now += timedelta(minutes=1)

    assert (await exchange(browser, code=code)).json()["error"] == "invalid_grant"


@pytest.mark.parametrize("change", [{"code_verifier": "w" * 43}, {"redirect_uri": f"{BASE}/"}, {"code": "x"}])
async def test_a_code_is_good_for_whom_it_was_given(
    browser: httpx.AsyncClient, change: dict[str, str]
) -> None:
    code = await code_of(browser)

    assert (await exchange(browser, **{"code": code, **change})).json()["error"] == "invalid_grant"


async def test_a_session_ends_after_a_day(browser: httpx.AsyncClient, clock: Clock) -> None:
    given = (await exchange(browser, code=await code_of(browser))).json()
    form = {"grant_type": "refresh_token", "refresh_token": given["refresh_token"]}

    clock.now += timedelta(hours=24, seconds=-1)
    assert (await browser.post("/token", data=form)).json()["token_type"] == "Bearer"

    clock.now += timedelta(seconds=1)
    assert (await browser.post("/token", data=form)).json()["error"] == "invalid_grant"


async def test_only_codes_and_refresh_tokens_are_exchanged(browser: httpx.AsyncClient) -> None:
    refused = await browser.post("/token", data={"grant_type": "password", "username": "ada"})

    assert refused.json()["error"] == "unsupported_grant_type"


async def test_signing_out_ends_the_session_and_leads_home_only(browser: httpx.AsyncClient) -> None:
    given = (await exchange(browser, code=await code_of(browser))).json()
    assert await is_active(browser, given["refresh_token"])
    assert await is_active(browser, given["access_token"])

    hint = {"id_token_hint": given["id_token"], "post_logout_redirect_uri": f"{BASE}/"}
    assert (await browser.get("/logout", params=hint)).headers["location"] == f"{BASE}/"

    assert not await is_active(browser, given["refresh_token"])
    assert not await is_active(browser, given["access_token"])
    for elsewhere in ("https://evil.example/", "http:", ""):
        left = await browser.get("/logout", params=hint | {"post_logout_redirect_uri": elsewhere})
        assert (left.status_code, "location" in left.headers) == (200, False)


async def is_active(browser: httpx.AsyncClient, token: str) -> bool:
    answer = await browser.post("/introspect", data={"token": token})
    return bool(answer.json()["active"])


async def test_a_made_up_token_is_not_active(browser: httpx.AsyncClient) -> None:
    for token in ("", "a.b.c", "made-up"):
        assert not await is_active(browser, token)


async def test_a_minted_token_opens_the_api(
    issuer: LocalIssuer, browser: httpx.AsyncClient, clock: Clock
) -> None:
    # Given a verifier that knows nothing but where the issuer is
    ours = Issuer(NAME, http=browser, discovery_url=issuer.discovery_url)
    verify = OidcTokenVerifier([Trust(issuer=ours, audiences=frozenset({CLIENT}))], now=clock)

    token = issuer.mint("ada", ttl=timedelta(hours=24))
    verified = await verify.verify(token)

    assert verified.profile == ADA
    assert verified.expires_at - verified.issued_at == timedelta(hours=24)
    assert verified.session is None
    assert await is_active(browser, token)


def test_a_minted_token_ends_within_a_day(issuer: LocalIssuer) -> None:
    for ttl in (timedelta(hours=24, seconds=1), timedelta(0), timedelta(days=-1)):
        with pytest.raises(Invalid) as refusal:
            issuer.mint("ada", ttl=ttl)
        assert refusal.value.field == "ttl"


def test_nobody_else_gets_a_token(issuer: LocalIssuer) -> None:
    with pytest.raises(PersonMissing):
        issuer.mint("eve")


async def test_what_it_publishes_holds_no_secret(browser: httpx.AsyncClient) -> None:
    published: dict[str, Any] = (await browser.get("/keys")).json()["keys"][0]

    assert published.keys() == {"kty", "crv", "x", "y", "kid", "use", "alg"}
