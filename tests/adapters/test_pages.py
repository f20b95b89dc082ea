"""The page that people see, its files, and what it is told."""

import gzip
import re
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest
from httpx import ASGITransport, AsyncClient, Response
from starlette.applications import Starlette

from aether.adapters.http.pages import GUARDS, TYPES, pages

BUILT = Path(__file__).parents[2] / "web" / "static"
LOCAL = "127.0.0.1"
OPEN: Mapping[str, Any] = {"endpoint": "/graphql", "token": None, "people": []}
READY = {**OPEN, "token": "secret"}
SWITCHING = {**OPEN, "people": [{"name": "Ada", "token": "secret"}]}


def browser(
    static: Path = BUILT, *, told: Mapping[str, Any] = OPEN, host: str = "localhost:8000", at: str = LOCAL
) -> AsyncClient:
    app = Starlette(routes=pages(static, lambda: told))
    headers = {"host": host, "accept-encoding": "identity"}
    return AsyncClient(
        transport=ASGITransport(app, client=(at, 50_000)), base_url="http://aether", headers=headers
    )


@pytest.fixture
def site(tmp_path: Path) -> Path:
    """A build as small as one can be."""
    (tmp_path / "site" / "assets").mkdir(parents=True)
    (tmp_path / "site" / "index.html").write_text("<p>Aether")
    (tmp_path / "site" / "assets" / "app-1a2b3c.js").write_text("let aether = 'aether aether aether'")
    (tmp_path / "private.md").write_text("not for you")
    return tmp_path / "site"


async def get(path: str, site: Path, **headers: str) -> Response:
    async with browser(site) as client:
        return await client.get(path, headers={name.replace("_", "-"): it for name, it in headers.items()})


async def test_every_built_file_is_served_whole_as_what_it_is() -> None:
    files = [path for path in BUILT.rglob("*") if path.is_file()]

    async with browser() as client:
        for path in files:
            answer = await client.get(f"/graphiql/{path.relative_to(BUILT).as_posix()}")

            assert answer.status_code == 200
            assert answer.content == path.read_bytes()
            assert answer.headers["content-type"] == TYPES[path.suffix]
            assert answer.headers.items() >= {name.lower(): it for name, it in GUARDS.items()}.items()


@pytest.mark.parametrize("path", ["/", "/graphiql", "/graphiql/"])
async def test_the_page_stands_at_each_of_its_addresses(path: str, site: Path) -> None:
    answer = await get(path, site)

    assert answer.text == "<p>Aether"
    assert answer.headers["content-type"] == "text/html; charset=utf-8"


async def test_the_built_page_loads_nothing_but_our_own_files() -> None:
    async with browser() as client:
        page = (await client.get("/")).text
        loaded = re.findall(r'(?:src|href)="([^"]*)"', page)

        assert loaded
        assert not re.search(r"<script(?![^>]*\bsrc=)|<style|\bon\w+=", page)
        for address in loaded:
            assert (await client.get(address)).status_code == 200


async def test_what_has_a_hash_in_its_name_is_kept_for_ever_and_the_page_is_not(site: Path) -> None:
    script = await get("/graphiql/assets/app-1a2b3c.js", site)
    page = await get("/", site)

    assert script.headers["cache-control"] == "public, max-age=31536000, immutable"
    assert page.headers["cache-control"] == "no-cache"


async def test_an_unchanged_page_is_not_sent_again(site: Path) -> None:
    tag = (await get("/", site)).headers["etag"]

    again = await get("/", site, if_none_match=tag)
    (site / "index.html").write_text("<p>Aether, newer")
    changed = await get("/", site, if_none_match=tag)

    assert (again.status_code, again.content) == (304, b"")
    assert again.headers["content-security-policy"]
    assert (changed.status_code, changed.text) == (200, "<p>Aether, newer")


async def test_files_are_squeezed_for_those_who_can_unpack_them(site: Path) -> None:
    path = "/graphiql/assets/app-1a2b3c.js"
    async with (
        browser(site) as client,
        client.stream("GET", path, headers={"accept-encoding": "gzip"}) as squeezed,
    ):
        packed = b"".join([part async for part in squeezed.aiter_raw()])

    plain = await get(path, site)

    assert squeezed.headers["content-encoding"] == "gzip"
    assert gzip.decompress(packed) == plain.content
    assert "content-encoding" not in plain.headers
    assert plain.headers["vary"] == "Accept-Encoding"


@pytest.mark.parametrize(
    "path",
    [
        "/graphiql/%2e%2e/private.md",
        "/graphiql/..%2fprivate.md",
        "/graphiql/assets/%2e%2e/%2e%2e/private.md",
        "/graphiql/..%5cprivate.md",
        "/graphiql//etc/passwd",
        "/graphiql/%2fetc%2fpasswd",
        "/graphiql/assets",
        "/graphiql/assets/app-1a2b3c.js%00",
        "/graphiql/nothing.js",
    ],
)
async def test_no_path_leads_out_of_the_build(path: str, site: Path) -> None:
    answer = await get(path, site)

    assert answer.status_code == 404
    assert answer.json()["error"]["code"] == "NOT_FOUND"


@pytest.mark.parametrize("host", ["localhost", "LOCALHOST:8000", "127.0.0.1:8000", "127.1.2.3", "[::1]:8000"])
@pytest.mark.parametrize("at", [LOCAL, "::1", "::ffff:127.0.0.1"])
async def test_a_ready_token_is_told_on_this_machine(host: str, at: str) -> None:
    async with browser(told=READY, host=host, at=at) as client:
        answer = await client.get("/graphiql/config", headers={"sec-fetch-site": "same-origin"})

    assert answer.json() == READY
    assert answer.headers["cache-control"] == "no-store"
    assert answer.headers["x-content-type-options"] == "nosniff"


@pytest.mark.parametrize("told", [READY, SWITCHING])
@pytest.mark.parametrize(
    ("host", "at"),
    [
        ("rebound.example:8000", LOCAL),
        ("localhost.rebound.example", LOCAL),
        ("127.0.0.1.rebound.example", LOCAL),
        ("192.168.0.7:8000", LOCAL),
        ("localhost@rebound.example", LOCAL),
        ("[::1", LOCAL),
        ("", LOCAL),
        ("localhost:8000", "192.168.0.7"),
        ("localhost:8000", "::ffff:192.168.0.7"),
        ("localhost:8000", "testclient"),
    ],
)
async def test_a_ready_token_is_not_told_to_anybody_else(told: Mapping[str, Any], host: str, at: str) -> None:
    async with browser(told=told, host=host, at=at) as client:
        answer = await client.get("/graphiql/config")

    assert answer.status_code == 404
    assert "secret" not in answer.text


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("sec-fetch-site", "cross-site"),
        ("sec-fetch-site", "same-site"),
        ("x-forwarded-for", "203.0.113.9"),
        ("x-forwarded-host", "aether.example"),
        ("forwarded", "for=203.0.113.9"),
    ],
)
async def test_a_ready_token_is_not_told_across_pages_or_proxies(name: str, value: str) -> None:
    async with browser(told=READY) as client:
        answer = await client.get("/graphiql/config", headers={name: value})

    assert answer.status_code == 404


async def test_without_a_token_everybody_is_told_where_the_api_is() -> None:
    async with browser(told=OPEN, host="aether.example", at="203.0.113.9") as client:
        answer = await client.get("/graphiql/config")

    assert answer.json() == OPEN
    assert answer.headers["cache-control"] == "no-store"
