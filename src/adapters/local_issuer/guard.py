"""The guard before the local issuer: it speaks to this machine only, and only under its own name.

The second half is for pages of foreign sites, whose names may be made to lead to this machine.
"""

import ipaddress

from starlette.requests import Request
from starlette.responses import JSONResponse
from starlette.types import ASGIApp, Receive, Scope, Send

NAMES = frozenset({"localhost", "127.0.0.1", "[::1]"})
FORWARDED = ("forwarded", "x-forwarded-for", "x-forwarded-host", "x-real-ip")


class LoopbackOnly:
    """Lets a request through that was sent on this machine, to this machine, by no proxy."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer 403 to whatever comes from elsewhere."""
        refusal = JSONResponse(
            {"error": {"code": "LOOPBACK_ONLY", "message": "The local issuer serves this machine only."}},
            status_code=403,
        )
        app = self._app if _is_from_here(Request(scope)) else refusal
        await app(scope, receive, send)


def _is_from_here(request: Request) -> bool:
    if any(name in request.headers for name in FORWARDED):
        return False
    name, _, port = request.headers.get("host", "").rpartition(":")
    named = name if port.isdecimal() else request.headers.get("host", "")
    return request.client is not None and _is_loopback(request.client.host) and named in NAMES


def _is_loopback(host: str) -> bool:
    try:
        address = ipaddress.ip_address(host)
    except ValueError:
        return False
    mapped = address.ipv4_mapped if isinstance(address, ipaddress.IPv6Address) else None
    return (mapped or address).is_loopback
