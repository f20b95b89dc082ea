"""GraphQL over WebSocket, by `graphql-transport-ws`: a bad operation ends itself and never its neighbours."""

from collections.abc import Callable, Mapping, Sequence
from datetime import timedelta
from typing import Any, cast
from uuid import uuid4

import orjson
import strawberry
from graphql import GraphQLError
from starlette.requests import HTTPConnection, Request
from starlette.responses import Response
from starlette.websockets import WebSocket
from strawberry.asgi import GraphQL
from strawberry.exceptions import ConnectionRejectionError
from strawberry.subscriptions import GRAPHQL_TRANSPORT_WS_PROTOCOL
from strawberry.subscriptions.protocols.graphql_transport_ws.handlers import (
    BaseGraphQLTransportWSHandler,
    Operation,
)
from strawberry.subscriptions.protocols.graphql_transport_ws.types import Message, SubscribeMessage
from typing_extensions import override

from aether.domain.errors import AetherError, Conflict
from aether.domain.identity import Credential
from aether.graphql.context import Context, Ports
from aether.graphql.faults import fault
from aether.graphql.operations import KINDS

INIT_S = 10
"""How long a subscriber may take to say who they are, in seconds."""
SUBSCRIPTIONS_MOST = 100
"""The most operations at a time on one socket."""

Show = Callable[[HTTPConnection, Mapping[str, Any]], Credential | None]
"""Finds the credential in a request, or in what a subscriber sent to open the connection."""


class TooManyOperations(Conflict):
    """There are as many operations on the socket as it carries."""

    code = "TOO_MANY_OPERATIONS"

    def __init__(self) -> None:
        super().__init__(
            f"A socket carries {SUBSCRIPTIONS_MOST} operations at a time; end one, or open another."
        )


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
                and all(isinstance(payload.get(name), kinds) for name, kinds in KINDS.items())
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
