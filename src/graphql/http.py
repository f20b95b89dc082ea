"""GraphQL over HTTP, as one answer or as events.

What cannot be read is answered with a 4xx in JSON, what can with `errors` and `data` as
the specification of GraphQL over HTTP has it, in the media type that the client prefers.
"""

import asyncio
import re
import time
from collections.abc import AsyncGenerator, Mapping, Sequence
from typing import Any, cast
from uuid import uuid4

import orjson
import strawberry
import structlog
from starlette.requests import ClientDisconnect, Request
from starlette.responses import Response
from starlette.routing import BaseRoute, Route, WebSocketRoute
from strawberry.exceptions import MissingQueryError
from strawberry.schema.exceptions import CannotGetOperationTypeError, InvalidOperationTypeError
from strawberry.types.execution import ExecutionResult, PreExecutionError
from strawberry.types.graphql import OperationType

from aether.domain.errors import AetherError, Forbidden, Unauthenticated, Unavailable
from aether.domain.users import Role
from aether.graphql import sse
from aether.graphql.context import Context, Ports
from aether.graphql.faults import UNEXPECTED
from aether.graphql.operations import JSON, Malformed, operation_in
from aether.graphql.sockets import Show, Socket

OPERATION_S = 30.0
"""How long an operation may take, in seconds."""
LOGGED_MOST = 100
"""How much of an operation's name is logged, in characters."""

RESPONSE = "application/graphql-response+json"

log = structlog.get_logger()


def graphql_routes(
    schema: strawberry.Schema, ports: Ports, show: Show, *, origins: Sequence[str] = ()
) -> list[BaseRoute]:
    """The door to *schema*, at `/graphql`, with sockets for pages of *origins*, and for programs."""
    door, socket = Door(schema, ports, show), Socket(schema, ports, show, origins=origins)
    return [
        Route("/graphql", door.answer, methods=["GET", "POST", "PUT", "PATCH", "DELETE"]),
        WebSocketRoute("/graphql", socket),
    ]


class Door:
    """Answers operations over HTTP."""

    def __init__(self, schema: strawberry.Schema, ports: Ports, show: Show) -> None:
        self._schema = schema
        self._ports = ports
        self._show = show

    async def answer(self, request: Request) -> Response:
        """The answer to *request*."""
        request_id = uuid4().hex
        media = _preferred(request.headers.get("accept", "*/*"))
        with structlog.contextvars.bound_contextvars(request=request_id):
            try:
                return await self._answered(request, media, request_id)
            except ClientDisconnect:
                return Response(status_code=499)
            except Malformed as malformed:
                return _refused(malformed.message, "BAD_REQUEST", malformed.status, media, request_id)
            except AetherError as error:
                return _refused(error.message, error.code, _status(error), media, request_id)
            except Exception:
                log.exception("request_failed")
                return _refused(UNEXPECTED, "INTERNAL_ERROR", 500, media, request_id)

    async def _answered(self, request: Request, media: str, request_id: str) -> Response:
        operation = await operation_in(request)
        context = await self._context(request, request_id)
        if sse.wanted(request.headers.get("accept", "")):
            return await self._streamed(operation, context, request.method)
        begun = time.perf_counter()
        result = await self._executed(operation, context, request.method)
        log.info(
            "operation_answered",
            operation=(operation.get("operationName") or "")[:LOGGED_MOST],
            milliseconds=round(1000 * (time.perf_counter() - begun), 1),
            errors=len(result.errors or ()),
        )
        explained = context.explained if _asks_why(operation, context) else None
        return _told(result, media, request_id, explained)

    async def _context(self, request: Request, request_id: str) -> Context:
        credential = self._show(request, {})
        admitted = None if credential is None else await self._ports.doorkeeper.admit(credential)
        if admitted is not None:
            structlog.contextvars.bind_contextvars(user=admitted.user, tenant=admitted.tenant)
        return Context(ports=self._ports, request_id=request_id, admitted=admitted, credential=credential)

    async def _streamed(self, operation: Mapping[str, Any], context: Context, method: str) -> Response:
        allowed = _allowed(method) | {OperationType.SUBSCRIPTION}
        results = await self._schema.stream(
            operation["query"],
            variable_values=operation.get("variables"),
            operation_name=operation.get("operationName"),
            context_value=context,
            allowed_operation_types=allowed,
        )
        log.info("operation_streamed", operation=(operation.get("operationName") or "")[:LOGGED_MOST])
        return sse.response(cast("AsyncGenerator[ExecutionResult]", results), context.request_id)

    async def _executed(self, operation: Mapping[str, Any], context: Context, method: str) -> ExecutionResult:
        try:
            async with asyncio.timeout(OPERATION_S):
                return await self._schema.execute(
                    operation["query"],
                    variable_values=operation.get("variables"),
                    operation_name=operation.get("operationName"),
                    context_value=context,
                    allowed_operation_types=_allowed(method),
                )
        except TimeoutError:
            raise TooSlow from None
        except InvalidOperationTypeError as error:
            raise Malformed(error.as_http_error_reason(method), 405 if method == "GET" else 400) from None
        except CannotGetOperationTypeError as error:
            raise Malformed(error.as_http_error_reason()) from None
        except MissingQueryError:
            raise Malformed("`query` must not be empty.") from None


def _allowed(method: str) -> set[OperationType]:
    """What a request by *method* may hold: following a link changes nothing."""
    return {OperationType.QUERY} | ({OperationType.MUTATION} if method == "POST" else set())


class TooSlow(Unavailable):
    """The operation took too long."""

    code = "OPERATION_TIMED_OUT"

    def __init__(self) -> None:
        super().__init__(f"The operation took longer than {OPERATION_S:g} seconds; ask for less at a time.")


def _preferred(accept: str) -> str:
    """The media type that the client prefers; JSON where it names neither of ours."""
    weights = {JSON: 0.0, RESPONSE: 0.0}
    for part in accept.split(","):
        name, *parameters = (piece.strip() for piece in part.lower().split(";"))
        named = JSON if name in {"*/*", "application/*"} else name
        if named in weights:
            quality = next((_quality(it[2:]) for it in parameters if it.startswith("q=")), 1.0)
            weights[named] = max(weights[named], quality)
    return RESPONSE if weights[RESPONSE] >= max(weights[JSON], 0.001) else JSON


def _quality(text: str) -> float:
    return float(text) if _QUALITY.fullmatch(text) else 0.0


_QUALITY = re.compile(r"0(\.\d{0,3})?|1(\.0{0,3})?")


def _asks_why(operation: Mapping[str, Any], context: Context) -> bool:
    """Whether an admin asks how the operation was answered, by `{"extensions": {"explain": true}}`."""
    wanted = (operation.get("extensions") or {}).get("explain") is True
    return wanted and context.admitted is not None and Role.ADMIN in context.admitted.roles


def _told(
    result: ExecutionResult, media: str, request_id: str, explained: Mapping[str, Any] | None
) -> Response:
    before = isinstance(result, PreExecutionError) or _not_begun(result)
    body: dict[str, Any] = {} if before else {"data": result.data}
    if result.errors:
        body["errors"] = [error.formatted for error in result.errors]
    if explained is not None:
        body["extensions"] = {"plan": explained}
    status = 400 if before and media == RESPONSE else 200
    return _response(body, media, status, request_id)


def _not_begun(result: ExecutionResult) -> bool:
    """Whether no field was ever asked for, such as when a variable has no fitting value."""
    return result.data is None and all(error.path is None for error in result.errors or ())


def _refused(message: str, code: str, status: int, media: str, request_id: str) -> Response:
    error = {"message": message, "extensions": {"code": code, "requestId": request_id}}
    response = _response({"errors": [error]}, media, status, request_id)
    response.headers.update(_ALSO.get(status, {}))
    return response


_ALSO: Mapping[int, Mapping[str, str]] = {
    401: {"WWW-Authenticate": "Bearer"},
    405: {"Allow": "GET, POST"},
    503: {"Retry-After": "1"},
}


def _response(body: Mapping[str, Any], media: str, status: int, request_id: str) -> Response:
    headers = {
        "Content-Type": f"{media}; charset=utf-8",
        "X-Request-ID": request_id,
        "Cache-Control": "no-store",
    }
    return Response(orjson.dumps(body), status, headers)


def _status(error: AetherError) -> int:
    match error:
        case Unauthenticated():
            return 401
        case Forbidden():
            return 403
        case Unavailable():
            return 503
        case _:
            return 400
