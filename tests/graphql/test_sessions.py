"""Signing in, as the API tells of it."""

from datetime import UTC, datetime, timedelta
from urllib.parse import parse_qs, urlsplit

import pytest

from tests.graphql.house import Caller, House

VERIFY = "query ($token: String!) { verifyToken(token: $token) { active code userId } }"


@pytest.mark.engines
async def test_a_token_is_checked_for_whoever_asks(
    house: House, nobody: Caller, ada: Caller, here: str
) -> None:
    good = (await nobody.ask(VERIFY, token=house.token("ada", of=here)))["verifyToken"]
    expired = house.token("ada", of=here, ttl=timedelta(minutes=-5))

    assert good == {"active": True, "code": None, "userId": await ada.id()}
    for token, code in ((expired, "TOKEN_EXPIRED"), ("", "TOKEN_INVALID"), ("x" * 10_000, "TOKEN_INVALID")):
        found = (await nobody.ask(VERIFY, token=token))["verifyToken"]
        assert found == {"active": False, "code": code, "userId": None}


async def test_browsers_are_led_to_the_login_and_back(nobody: Caller) -> None:
    query = "query ($to: String!) { loginUrl(redirectTo: $to) }"

    url = urlsplit((await nobody.ask(query, to="/notebooks?a=1&b=2"))["loginUrl"])
    answer = await nobody.client.get(url.geturl())

    assert (url.path, parse_qs(url.query)) == ("/auth/login", {"redirect": ["/notebooks?a=1&b=2"]})
    assert answer.status_code == 303
    for elsewhere in ("https://evil.example", "//evil.example", "/\\evil.example", "javascript:alert(1)", ""):
        assert await nobody.faults(query, to=elsewhere) == ["REDIRECT_INVALID"]


async def test_the_clock_is_told(nobody: Caller) -> None:
    told = datetime.fromisoformat((await nobody.ask("{ serverTime }"))["serverTime"])

    assert abs(datetime.now(UTC) - told) < timedelta(seconds=5)
