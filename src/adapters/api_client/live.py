"""Subscriptions, many over one socket, by `graphql-transport-ws`.

A socket is only ever a faster way to learn what can also be asked for: whatever goes wrong
on it is `Lost`, and the follower asks instead.
"""

import asyncio
import itertools
import json
from collections.abc import AsyncGenerator, Mapping
from contextlib import suppress
from typing import Any, Literal

from websockets.asyncio.client import ClientConnection, connect
from websockets.exceptions import WebSocketException
from websockets.typing import Subprotocol

from aether.adapters.api_client.client import Client

PROTOCOL = Subprotocol("graphql-transport-ws")
OPEN_S = 10.0
SILENCE_S = 30.0
"""After how many seconds without a word a subscription is doubted."""

_TROUBLE = (OSError, ValueError, WebSocketException)


class Lost(Exception):
    """The subscription tells no more."""


class Live:
    """A socket that is opened when it is first needed, and again after it broke.

    Where no socket can be opened, which some proxies see to, none is tried again.
    """

    def __init__(self, client: Client) -> None:
        address = client.address
        scheme = "wss" if address.scheme == "https" else "ws"
        self._url = str(address.copy_with(scheme=scheme, path=f"{address.path.rstrip('/')}/graphql"))
        self._client = client
        self._opening = asyncio.Lock()
        self._possible = True
        self._socket: ClientConnection | None = None
        self._reading: asyncio.Task[None] | None = None
        self._heard: dict[str, asyncio.Queue[Mapping[str, Any]]] = {}
        self._ids = itertools.count(1)

    async def subscribe(self, operation: str, **variables: object) -> AsyncGenerator[Mapping[str, Any], None]:
        """What *operation* tells, as long as it does.

        Raises:
            Lost: It broke off, was refused, or has been silent for long.
        """
        id = str(next(self._ids))
        heard = self._heard[id] = asyncio.Queue()
        try:
            socket = await self._opened()
            payload = {"query": operation, "variables": variables}
            await socket.send(json.dumps({"id": id, "type": "subscribe", "payload": payload}))
            while (message := await asyncio.wait_for(heard.get(), SILENCE_S))["type"] == "next":
                if (data := message["payload"].get("data")) is None:
                    raise Lost
                yield data
            if message["type"] != "complete":
                raise Lost
        except _TROUBLE as trouble:
            raise Lost from trouble
        finally:
            del self._heard[id]
            if self._socket is not None:
                with suppress(*_TROUBLE):
                    await self._socket.send(json.dumps({"id": id, "type": "complete"}))

    async def aclose(self) -> None:
        """Close the socket."""
        if self._reading is not None:
            self._reading.cancel()
        if self._socket is not None:
            with suppress(*_TROUBLE):
                await self._socket.close()

    async def _opened(self) -> ClientConnection:
        async with self._opening:
            if self._socket is None or self._reading is None or self._reading.done():
                self._socket = await self._open()
                self._reading = asyncio.create_task(self._read(self._socket))
            return self._socket

    async def _open(self) -> ClientConnection:
        if not self._possible:
            raise Lost
        shown = dict(await self._client.credential())
        proxy: Literal[True] | None = None if self._client.nearby else True
        try:
            socket = await connect(self._url, subprotocols=[PROTOCOL], proxy=proxy, open_timeout=OPEN_S)
            await socket.send(json.dumps({"type": "connection_init", "payload": shown}))
            async with asyncio.timeout(OPEN_S):
                await socket.recv()
        except _TROUBLE:
            self._possible = False
            raise
        return socket

    async def _read(self, socket: ClientConnection) -> None:
        """Hand each message to its subscription; in the end, tell all of them that it is over."""
        with suppress(*_TROUBLE):
            async for text in socket:
                message = json.loads(text)
                if message["type"] == "ping":
                    await socket.send(json.dumps({"type": "pong"}))
                elif heard := self._heard.get(message.get("id", "")):
                    heard.put_nowait(message)
        for heard in self._heard.values():
            heard.put_nowait({"type": "lost"})
