"""Operations as they arrive: read, and refused with a status where they cannot be."""

import asyncio
from collections.abc import Mapping
from typing import Any

import orjson
from starlette.requests import Request

BODY_MOST = 1 << 20
"""The largest request, in bytes."""
ARRIVES_S = 30.0
"""How long a request may take to arrive, in seconds."""

JSON = "application/json"


class Malformed(Exception):
    """The request cannot be read."""

    def __init__(self, message: str, status: int = 400) -> None:
        super().__init__(message)
        self.message = message
        self.status = status


async def operation_in(request: Request) -> Mapping[str, Any]:
    """The operation in *request*: a query, and perhaps variables and its name."""
    told: Any
    if request.method not in {"GET", "HEAD", "POST"}:
        raise Malformed("Send operations by GET or POST.", 405)
    if request.method != "POST":
        told = dict(request.query_params)
        for name in ("variables", "extensions"):
            if told.get(name):
                told[name] = _json(told[name])
    else:
        if request.headers.get("content-type", "").partition(";")[0].strip().lower() != JSON:
            raise Malformed("Send the operation as application/json.", 415)
        told = _json(await _body(request))
    if not isinstance(told, dict):
        raise Malformed("The request must be a JSON object.")
    for name, kinds in KINDS.items():
        if not isinstance(told.get(name), kinds):
            raise Malformed(f"`{name}` must be {'a string' if str in kinds else 'an object'}.")
    return told


KINDS: Mapping[str, tuple[type, ...]] = {
    "query": (str,),
    "variables": (dict, type(None)),
    "operationName": (str, type(None)),
    "extensions": (dict, type(None)),
}


async def _body(request: Request) -> bytes:
    body = bytearray()
    try:
        async with asyncio.timeout(ARRIVES_S):
            async for piece in request.stream():
                body += piece
                if len(body) > BODY_MOST:
                    raise Malformed(f"The request can have at most {BODY_MOST} bytes.", 413)
    except TimeoutError:
        raise Malformed(f"The request did not arrive within {ARRIVES_S:g} seconds.", 408) from None
    return bytes(body)


def _json(text: str | bytes) -> Any:
    try:
        return orjson.loads(text)
    except orjson.JSONDecodeError:
        raise Malformed("The request is not valid JSON.") from None
