"""GraphQL over HTTP, and over WebSocket by `graphql-transport-ws`.

What cannot be read is answered with a 4xx in JSON, what can with `errors` and `data` as
the specification of GraphQL over HTTP has it, in the media type that the client prefers. A
bad operation on a socket ends itself and never its neighbours.
"""

import asyncio
import re
import time
from collections.abc import Callable, Mapping, Sequence
from datetime import timedelta
from typing import Any, cast
from uuid import uuid4

import orjson
import strawberry
import structlog
from graphql import GraphQLError
from starlette.requests import ClientDisconnect, HTTPConnection, Request
from starlette.responses import Response
from starlette.routing import BaseRoute, Route, WebSocketRoute
from starlette.websockets import WebSocket
from strawberry.asgi import GraphQL
from strawberry.exceptions import ConnectionRejectionError, MissingQueryError
from strawberry.schema.exceptions import CannotGetOperationTypeError, InvalidOperationTypeError
from strawberry.subscriptions import GRAPHQL_TRANSPORT_WS_PROTOCOL
from strawberry.subscriptions.protocols.graphql_transport_ws.handlers import (
    BaseGraphQLTransportWSHandler,
    Operation,
)
from strawberry.subscriptions.protocols.graphql_transport_ws.types import Message, SubscribeMessage
from strawberry.types.execution import ExecutionResult, PreExecutionError
from strawberry.types.graphql import OperationType
from typing_extensions import override

from aether.domain.errors import AetherError, Conflict, Forbidden, Unauthenticated, Unavailable
from aether.domain.identity import Credential
from aether.domain.users import Role
from aether.graphql.context import Context, Ports
from aether.graphql.faults import UNEXPECTED, fault

BODY_MOST = 1 << 20
"""The largest request, in bytes."""
OPERATION_S = 30.0
"""How long an operation may take, in seconds."""
INIT_S = 10
LOGGED_MOST = 100
"""How much of an operation's name is logged, in characters."""
SUBSCRIPTIONS_MOST = 100
"""The most operations at a time on one socket."""

RESPONSE = "application/graphql-response+json"
JSON = "application/json"

Show = Callable[[HTTPConnection, Mapping[str, Any]], Credential | None]
"""Finds the credential in a request, or in what a subscriber sent to open the connection."""

log = structlog.get_logger()


class _Malformed(Exception):
    """The request cannot be read."""

    def __init__(self, message: str, status: int = 400) -> None:
        super().__init__(message)
        self.message = message
        self.status = status


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
            except _Malformed as malformed:
                return _refused(malformed.message, "BAD_REQUEST", malformed.status, media, request_id)
            except AetherError as error:
                return _refused(error.message, error.code, _status(error), media, request_id)
            except Exception:
                log.exception("request_failed")
                return _refused(UNEXPECTED, "INTERNAL_ERROR", 500, media, request_id)

    async def _answered(self, request: Request, media: str, request_id: str) -> Response:
        operation = await _operation(request)
        context = await self._context(request, request_id)
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

    async def _executed(self, operation: Mapping[str, Any], context: Context, method: str) -> ExecutionResult:
        allowed = {OperationType.QUERY} | ({OperationType.MUTATION} if method == "POST" else set())
        try:
            async with asyncio.timeout(OPERATION_S):
                return await self._schema.execute(
                    operation["query"],
                    variable_values=operation.get("variables"),
                    operation_name=operation.get("operationName"),
                    context_value=context,
                    allowed_operation_types=allowed,
                )
        except TimeoutError:
            raise TooSlow from None
        except InvalidOperationTypeError as error:
            raise _Malformed(error.as_http_error_reason(method), 405 if method == "GET" else 400) from None
        except CannotGetOperationTypeError as error:
            raise _Malformed(error.as_http_error_reason()) from None
        except MissingQueryError:
            raise _Malformed("`query` must not be empty.") from None


class TooManyOperations(Conflict):
    """There are as many operations on the socket as it carries."""

    code = "TOO_MANY_OPERATIONS"

    def __init__(self) -> None:
        super().__init__(
            f"A socket carries {SUBSCRIPTIONS_MOST} operations at a time; end one, or open another."
        )


class TooSlow(Unavailable):
    """The operation took too long."""

    code = "OPERATION_TIMED_OUT"

    def __init__(self) -> None:
        super().__init__(f"The operation took longer than {OPERATION_S:g} seconds; ask for less at a time.")


async def _operation(request: Request) -> Mapping[str, Any]:
    """The operation in *request*: a query, and perhaps variables and its name."""
    told: Any
    if request.method not in {"GET", "HEAD", "POST"}:
        raise _Malformed("Send operations by GET or POST.", 405)
    if request.method != "POST":
        told = dict(request.query_params)
        for name in ("variables", "extensions"):
            if told.get(name):
                told[name] = _json(told[name])
    else:
        if request.headers.get("content-type", "").partition(";")[0].strip().lower() != JSON:
            raise _Malformed("Send the operation as application/json.", 415)
        told = _json(await _body(request))
    if not isinstance(told, dict):
        raise _Malformed("The request must be a JSON object.")
    for name, kinds in _KINDS.items():
        if not isinstance(told.get(name), kinds):
            raise _Malformed(f"`{name}` must be {'a string' if str in kinds else 'an object'}.")
    return told


_KINDS: Mapping[str, tuple[type, ...]] = {
    "query": (str,),
    "variables": (dict, type(None)),
    "operationName": (str, type(None)),
    "extensions": (dict, type(None)),
}


async def _body(request: Request) -> bytes:
    body = bytearray()
    try:
        async with asyncio.timeout(OPERATION_S):
            async for piece in request.stream():
                body += piece
                if len(body) > BODY_MOST:
                    raise _Malformed(f"The request can have at most {BODY_MOST} bytes.", 413)
    except TimeoutError:
        raise _Malformed(f"The request did not arrive within {OPERATION_S:g} seconds.", 408) from None
    return bytes(body)


def _json(text: str | bytes) -> Any:
    try:
        return orjson.loads(text)
    except orjson.JSONDecodeError:
        raise _Malformed("The request is not valid JSON.") from None


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


class _Handler(BaseGraphQLTransportWSHandler[Context, None]):
    """Strawberry's handler, which keeps a socket open after an operation that cannot be read."""

    @override
    @staticmethod
    def _get_pre_execution_close_reason(error: GraphQLError) -> None:
        return None

    @override
    async def handle_message(self, message: Any) -> None:
        if not isinstance(message, dict) or not _well_formed(message):
            await self.handle_invalid_message("Failed to parse message")
            return
        told = {name: value for name, value in message.items() if value is not None}
        await super().handle_message(cast("Message", told))

    @override
    async def handle_subscribe(self, message: SubscribeMessage) -> None:
        if len(self.operations) < SUBSCRIPTIONS_MOST or message["id"] in self.operations:
            await super().handle_subscribe(message)
            return
        refused = GraphQLError("", original_error=TooManyOperations())
        payload = [fault(refused, self.context.request_id).formatted]
        await self.send_message({"type": "error", "id": message["id"], "payload": payload})

    @override
    async def run_operation(self, operation: Operation[Context, None]) -> None:
        """Let the subscriber in once more: a socket may outlive a token."""
        try:
            await self.context.readmit()
        except AetherError as error:
            refused = GraphQLError(error.message, original_error=error)
            await operation.send_initial_errors([fault(refused, self.context.request_id)])
        else:
            await super().run_operation(operation)


def _well_formed(message: Mapping[str, Any]) -> bool:
    match message.get("type"):
        case "subscribe":
            payload = message.get("payload")
            return (
                _is_id(message.get("id"))
                and isinstance(payload, dict)
                and all(isinstance(payload.get(name), kinds) for name, kinds in _KINDS.items())
            )
        case "complete":
            return _is_id(message.get("id"))
        case type:
            return isinstance(type, str)


def _is_id(value: object) -> bool:
    return isinstance(value, str) and bool(value)


class Socket(GraphQL[Context, None]):
    """Answers operations over WebSocket."""

    graphql_transport_ws_handler_class = _Handler

    def __init__(
        self, schema: strawberry.Schema, ports: Ports, show: Show, *, origins: Sequence[str]
    ) -> None:
        super().__init__(
            schema,
            graphql_ide=None,
            allowed_origins=origins,
            subscription_protocols=[GRAPHQL_TRANSPORT_WS_PROTOCOL],
            connection_init_wait_timeout=timedelta(seconds=INIT_S),
        )
        self._ports = ports
        self._show = show

    @override
    async def get_context(self, request: Request | WebSocket, response: Response | WebSocket) -> Context:
        return SocketContext(ports=self._ports, request_id=uuid4().hex, connection=request)

    @override
    async def on_ws_connect(self, context: Context) -> Any:
        """Let the subscriber in; nobody in particular may ask for what everybody may see."""
        if not isinstance(context, SocketContext):
            raise TypeError(type(context))
        credential = self._show(context.connection, context.connection_params or {})
        if credential is not None:
            try:
                context.admitted = await self._ports.doorkeeper.admit(credential)
            except AetherError as error:
                raise ConnectionRejectionError({"code": error.code}) from error
            context.credential = credential
        return strawberry.UNSET

    @override
    def encode_json(self, data: object) -> str:
        return orjson.dumps(data).decode()


class SocketContext(Context):
    """One connection of a subscriber."""

    def __init__(self, *, ports: Ports, request_id: str, connection: HTTPConnection) -> None:
        super().__init__(ports=ports, request_id=request_id)
        self.connection = connection
