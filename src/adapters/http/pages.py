"""Pages: the way in for people with a browser, built from `web/` and served as plain files.

The page is asked for anew each time; what it loads bears a hash of its content in its name
and is kept for ever. Only files found when the process starts are served, so no path leads
anywhere else. Configuration that carries a token is told to browsers on this machine only,
whatever name they were led here by.
"""

import gzip
import re
from collections.abc import Callable, Iterator, Mapping
from functools import cached_property
from hashlib import sha256
from ipaddress import IPv6Address, ip_address
from pathlib import Path
from typing import Any

from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import BaseRoute, Route

TYPES = {
    ".css": "text/css; charset=utf-8",
    ".html": "text/html; charset=utf-8",
    ".js": "text/javascript; charset=utf-8",
    ".md": "text/markdown; charset=utf-8",
    ".svg": "image/svg+xml",
    ".ttf": "font/ttf",
}
"""What each kind of built file is; a build with another kind does not start."""

# The editor sets styles inline and draws small images from data.
POLICY = (
    "default-src 'none'; script-src 'self'; worker-src 'self' blob:; style-src 'self' 'unsafe-inline'; "
    "img-src 'self' data:; font-src 'self' data:; connect-src 'self'; frame-ancestors 'none'; "
    "base-uri 'none'; form-action 'none'"
)
GUARDS = {
    "Content-Security-Policy": POLICY,
    "Referrer-Policy": "same-origin",
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
}

_HOST = re.compile(r"(?P<name>\[[^\]]*\]|[^:]*)(:\d+)?")


class Asset:
    """A built file, held in memory.

    Attributes:
        tag: Its entity tag; changes with its content and with nothing else.
        hashed: Whether its name changes with its content.
    """

    def __init__(self, path: Path, *, hashed: bool) -> None:
        self.body = path.read_bytes()
        self.type = TYPES[path.suffix]
        self.tag = f'"{sha256(self.body).hexdigest()[:32]}"'
        self.hashed = hashed

    @cached_property
    def squeezed(self) -> bytes:
        """The body, gzipped."""
        return gzip.compress(self.body, mtime=0)

    def answer(self, request: Request) -> Response:
        """The file, unless the client has it already."""
        headers = {
            **GUARDS,
            "Cache-Control": "public, max-age=31536000, immutable" if self.hashed else "no-cache",
            "ETag": f"W/{self.tag}",
            "Vary": "Accept-Encoding",
        }
        if self.tag in request.headers.get("if-none-match", ""):
            return Response(status_code=304, headers=headers)
        if "gzip" not in request.headers.get("accept-encoding", ""):
            return Response(self.body, media_type=self.type, headers=headers)
        headers["Content-Encoding"] = "gzip"
        return Response(self.squeezed, media_type=self.type, headers=headers)


def pages(static: Path, config: Callable[[], Mapping[str, Any]]) -> list[BaseRoute]:
    """Routes of the page, its files below `/graphiql/`, and what it is told at `/graphiql/config`.

    Args:
        static: The folder of built files.
        config: What the page is told; asked for each time.
    """
    assets = dict(_assets(static))
    front = assets["index.html"]

    def page(request: Request) -> Response:
        return front.answer(request)

    def told(request: Request) -> Response:
        configuration = config()
        if _carries_token(configuration) and not _from_this_machine(request):
            return _missing("It is told on the machine that Aether runs on, and nowhere else.")
        return JSONResponse(dict(configuration), headers={**GUARDS, "Cache-Control": "no-store"})

    def file(request: Request) -> Response:
        if asset := assets.get(request.path_params["name"]):
            return asset.answer(request)
        return _missing("There is no such file.")

    return [
        Route("/", page),
        Route("/graphiql", page),
        Route("/graphiql/", page),
        Route("/graphiql/config", told),
        Route("/graphiql/{name:path}", file),
    ]


def _assets(static: Path) -> Iterator[tuple[str, Asset]]:
    for path in static.rglob("*"):
        if path.is_file():
            name = path.relative_to(static).as_posix()
            yield name, Asset(path, hashed=name.startswith("assets/"))


def _missing(message: str) -> Response:
    body = {"error": {"code": "NOT_FOUND", "message": message}}
    return JSONResponse(body, status_code=404, headers={**GUARDS, "Cache-Control": "no-store"})


def _carries_token(configuration: Mapping[str, Any]) -> bool:
    tokens = [
        configuration.get("token"),
        *(person.get("token") for person in configuration.get("people", ())),
    ]
    return any(token is not None for token in tokens)


def _from_this_machine(request: Request) -> bool:
    """Whether a page of ours, opened here under a name that only this machine can have, asks.

    A foreign page can lead its own name to this address (DNS rebinding), or ask from
    beside us, and a proxy on this machine can pass on what others ask.
    """
    headers = request.headers
    host = _HOST.fullmatch(headers.get("host", ""))
    return (
        host is not None
        and _is_loopback(host["name"].strip("[]").lower())
        and request.client is not None
        and _is_loopback(request.client.host)
        and headers.get("sec-fetch-site", "none") in {"none", "same-origin"}
        and not {"forwarded", "x-forwarded-for", "x-forwarded-host"} & set(headers.keys())
    )


def _is_loopback(name: str) -> bool:
    if name == "localhost":
        return True
    try:
        address = ip_address(name)
    except ValueError:
        return False
    if isinstance(address, IPv6Address) and address.ipv4_mapped:
        return address.ipv4_mapped.is_loopback
    return address.is_loopback
