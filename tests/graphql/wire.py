"""A client of `graphql-transport-ws`, as thin as can be."""

import asyncio
import json
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Any

from websockets.asyncio.client import ClientConnection, connect
from websockets.exceptions import ConnectionClosed
from websockets.typing import Subprotocol

from tests.graphql.house import Caller

PROTOCOL = Subprotocol("graphql-transport-ws")
PATIENCE_S = 20

Message = Mapping[str, Any]

CHANGED = """
subscription ($id: ID!, $after: String) {
  notebookChanged(id: $id, after: $after) {
    cursor gap kind details actor { username } notebook { name version }
  }
}
"""
PROGRESS = """
subscription ($id: ID!, $after: String) {
  jobProgress(id: $id, after: $after) {
    cursor gap done of job { id status stage progress attempt finishedAt }
  }
}
"""


@dataclass(frozen=True, slots=True)
class Wire:
    """An open socket."""

    socket: ClientConnection

    async def send(self, message: object) -> None:
        """Send *message*, well formed or not."""
        await self.socket.send(message if isinstance(message, str | bytes) else json.dumps(message))

    async def heard(self) -> Message:
        """The next message."""
        async with asyncio.timeout(PATIENCE_S):
            message: Message = json.loads(await self.socket.recv())
            return message

    async def begin(self, query: str, /, *, named: str = "1", **variables: object) -> None:
        """Begin an operation."""
        payload = {"query": query, "variables": variables}
        await self.send({"type": "subscribe", "id": named, "payload": payload})

    async def next(self, named: str = "1") -> Any:
        """The data of the next answer, which is for the operation *named* so and has no errors."""
        message = await self.heard()
        assert (message["type"], message.get("id")) == ("next", named), message
        assert "errors" not in message["payload"], message
        return message["payload"]["data"]

    async def rest(self, named: str = "1") -> list[Any]:
        """The data of all answers up to the end."""
        found = []
        while (message := await self.heard())["type"] == "next":
            assert "errors" not in message["payload"], message
            found.append(message["payload"]["data"])
        assert message == {"type": "complete", "id": named}, message
        return found

    async def fault(self, named: str = "1") -> str:
        """The code of the error that ends the operation next."""
        message = await self.heard()
        assert message["id"] == named, message
        errors = message["payload"] if message["type"] == "error" else message["payload"]["errors"]
        if message["type"] == "next":
            assert await self.heard() == {"type": "complete", "id": named}
        return str(errors[0]["extensions"]["code"])

    async def still(self) -> None:
        """Nothing more is said: the next thing heard is the answer to a ping."""
        await self.send({"type": "ping"})
        assert await self.heard() == {"type": "pong"}

    async def closed(self) -> int:
        """The code with which the other side closes."""
        try:
            async with asyncio.timeout(PATIENCE_S):
                while True:
                    await self.socket.recv()
        except ConnectionClosed:
            assert self.socket.close_code is not None
            return self.socket.close_code


@asynccontextmanager
async def dialled(origin: str, **headers: str) -> AsyncIterator[Wire]:
    """A socket on which nothing was said yet."""
    url = f"{origin.replace('http', 'ws')}/graphql"
    async with connect(url, subprotocols=[PROTOCOL], additional_headers=headers, proxy=None) as socket:
        yield Wire(socket)


@asynccontextmanager
async def told(origin: str, **shown: str) -> AsyncIterator[Wire]:
    """A socket on which *shown* was said, and heard."""
    async with dialled(origin) as wire:
        await wire.send({"type": "connection_init", "payload": shown})
        assert await wire.heard() == {"type": "connection_ack"}
        yield wire


@asynccontextmanager
async def talking(caller: Caller) -> AsyncIterator[Wire]:
    """A socket of *caller*'s."""
    authorization = caller.client.headers.get("authorization", "none")
    async with told(caller.house.settings.origin, Authorization=authorization) as wire:
        yield wire
