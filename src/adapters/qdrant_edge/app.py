"""The REST API: requests to collections, answers as Qdrant gives them."""

import hmac
from collections.abc import Awaitable, Callable
from http import HTTPStatus
from typing import Any

from pydantic import ValidationError
from starlette.applications import Starlette
from starlette.concurrency import run_in_threadpool
from starlette.exceptions import HTTPException
from starlette.middleware import Middleware
from starlette.requests import Request
from starlette.responses import JSONResponse, PlainTextResponse, Response
from starlette.routing import Route
from starlette.types import ASGIApp, Receive, Scope, Send

from aether.adapters.qdrant_edge import requests
from aether.adapters.qdrant_edge.collections import Collection, Collections, Wrong


def create_app(collections: Collections, *, key: str) -> Starlette:
    """The API over *collections*, for those who send *key* as their `api-key`."""
    one = "/collections/{name}"
    app = Starlette(
        routes=[
            Route("/readyz", _ready),
            Route(f"{one}/exists", _exists),
            Route(one, _create, methods=["PUT"]),
            Route(f"{one}/index", _writes(requests.Index), methods=["PUT"]),
            Route(f"{one}/points", _writes(requests.Upsert), methods=["PUT"]),
            Route(f"{one}/points/delete", _writes(requests.Delete), methods=["POST"]),
            Route(f"{one}/points/payload", _writes(requests.SetPayload), methods=["POST"]),
            Route(f"{one}/points", _retrieve, methods=["POST"]),
            Route(f"{one}/points/scroll", _scroll, methods=["POST"]),
            Route(f"{one}/points/query", _search, methods=["POST"]),
        ],
        middleware=[Middleware(_Locked, key=key)],
        exception_handlers={ValidationError: _misread, Wrong: _wrong, HTTPException: _missed},
    )
    app.state.collections = collections
    return app


class _Locked:
    """Lets in those who know the key, and whoever asks whether we serve."""

    def __init__(self, app: ASGIApp, *, key: str) -> None:
        self._app = app
        self._key = key.encode()

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "http" and scope["path"] != "/readyz":
            given = dict(scope["headers"]).get(b"api-key", b"")
            if not hmac.compare_digest(given, self._key):
                refusal = _error("The api-key is missing or wrong.", HTTPStatus.UNAUTHORIZED)
                return await refusal(scope, receive, send)
        return await self._app(scope, receive, send)


async def _ready(_: Request) -> Response:
    return PlainTextResponse("all shards are ready")


async def _exists(request: Request) -> Response:
    collections: Collections = request.app.state.collections
    return _result({"exists": collections.get(request.path_params["name"]) is not None})


async def _create(request: Request) -> Response:
    collections: Collections = request.app.state.collections
    name, wanted = request.path_params["name"], requests.Create.model_validate_json(await request.body())
    if not await run_in_threadpool(collections.create, name, wanted):
        raise HTTPException(HTTPStatus.CONFLICT, f"Wrong input: Collection `{name}` already exists!")
    return _result(True)


async def _search(request: Request) -> Response:
    query = requests.Query.model_validate_json(await request.body())
    points = await run_in_threadpool(_collection(request).search, query)
    return _result({"points": points})


async def _retrieve(request: Request) -> Response:
    wanted = requests.Retrieve.model_validate_json(await request.body())
    return _result(await run_in_threadpool(_collection(request).retrieve, wanted))


async def _scroll(request: Request) -> Response:
    wanted = requests.Scroll.model_validate_json(await request.body())
    points, more = await run_in_threadpool(_collection(request).scroll, wanted)
    return _result({"points": points, "next_page_offset": more})


def _writes(body: type[requests.Write]) -> Callable[[Request], Awaitable[Response]]:
    async def write(request: Request) -> Response:
        wanted = body.model_validate_json(await request.body())
        await run_in_threadpool(_collection(request).write, wanted)
        return _result({"operation_id": 0, "status": "completed"})

    return write


def _collection(request: Request) -> Collection:
    collections: Collections = request.app.state.collections
    name = request.path_params["name"]
    if not (found := collections.get(name)):
        raise HTTPException(HTTPStatus.NOT_FOUND, f"Not found: Collection `{name}` doesn't exist!")
    return found


async def _misread(_: Request, wrong: Exception) -> Response:
    assert isinstance(wrong, ValidationError)
    first = wrong.errors(include_input=False, include_url=False)[0]
    return _error(f"{'.'.join(map(str, first['loc']))}: {first['msg']}", HTTPStatus.BAD_REQUEST)


async def _wrong(_: Request, wrong: Exception) -> Response:
    return _error(str(wrong), HTTPStatus.BAD_REQUEST)


async def _missed(_: Request, missed: Exception) -> Response:
    assert isinstance(missed, HTTPException)
    return _error(missed.detail, missed.status_code)


def _result(result: Any) -> Response:
    return JSONResponse({"result": result, "status": "ok", "time": 0.0})


def _error(message: str, status: int) -> Response:
    return JSONResponse({"status": {"error": message}, "time": 0.0}, status)
