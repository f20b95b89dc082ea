"""A short way to ask one server one thing: Bolt without sessions, transactions and results.

Half of what a small question costs the official driver goes into layers that a question
alone needs not: here it is one write, `RUN` and `PULL` together, and one record of plain
values. What that leaves out (retries, routing, TLS) is not done here: whoever asks is told
`Failed` and asks the driver, which does it all. So nothing here may write.

Messages are those of Bolt 4.4 and 5.0 to 5.2, see "Bolt Protocol" in Neo4j's documentation.
Values are packed by the driver's own packer; that is a private module of it, pinned by the lock.
"""

import asyncio
import time
from collections import deque
from collections.abc import Mapping, Sequence
from typing import Any, cast

from neo4j._codec.packstream.v1 import PackableBuffer, Packer, UnpackableBuffer, Unpacker
from typing_extensions import override

PORT = 7687
"""Where a server listens unless it is told otherwise."""
LIVELY_S = 30.0
"""How long a connection may rest until it is asked whether it lives, in seconds."""
LASTS_S = 3600.0
"""How long a connection is used, in seconds."""
RESTS_S = 1.0
"""How long nobody is sent this way after no connection could be made, in seconds."""

_PREAMBLE = bytes.fromhex("6060b017 00020205 00000404 00000000 00000000")
_HELLO, _LOGON, _RESET, _RUN, _PULL = b"\x01", b"\x6a", b"\x0f", b"\x10", b"\x3f"
_RECORD, _FAILURE = 0x71, 0x7F
_VERSION, _HEAD, _FIELDS = 4, 2, 2
_VERSIONS = {(4, 4), (5, 0), (5, 1), (5, 2)}
_CHUNK_MOST = 0xFFFF


class Failed(Exception):
    """There is no answer on this way."""


class Bolt:
    """Connections to one server, none of them open until somebody asks.

    Args:
        host: The server.
        port: Its port.
        user: Who signs in.
        password: Their password.
        database: The database's name.
        size: The most connections at a time; whoever comes later waits.
        patience_s: How long a connection may take to be made, or to be of use again, in seconds.
    """

    def __init__(
        self,
        host: str,
        port: int,
        *,
        user: str,
        password: str,
        database: str,
        size: int = 100,
        patience_s: float = 5.0,
    ) -> None:
        self._address = host, port
        self._auth = {"scheme": "basic", "principal": user, "credentials": password}
        self._database = database
        self._patience_s = patience_s
        self._room = asyncio.Semaphore(size)
        self._idle: deque[_Connection] = deque()
        self._rests_until = 0.0

    async def ask(
        self, text: str, params: Mapping[str, Any], *, timeout_s: float, bookmarks: Sequence[str] = ()
    ) -> Any:
        """The first value that the reading *text* gives for *params*; none without a record.

        Args:
            text: A statement that only reads.
            params: Its parameters.
            timeout_s: How long the server may work on it, in seconds.
            bookmarks: What must have been written before.

        Raises:
            Failed: The server cannot be reached, or refuses.
        """
        extra: dict[str, Any] = {"db": self._database, "mode": "r", "tx_timeout": int(1000 * timeout_s)}
        if bookmarks:
            extra["bookmarks"] = list(bookmarks)
        asked = _message(_RUN, text, params, extra) + _PULL_ALL
        async with self._room:
            connection = await self._connection()
            try:
                value = await connection.told(asked, answers=2)
            except _Refused:
                await self._recovered(connection)
                raise
            except BaseException:
                connection.abort()  # an answer may still be on its way
                raise
            self._idle.append(connection)
            return value

    def close(self) -> None:
        """Close every connection that nobody uses."""
        while self._idle:
            self._idle.pop().abort()

    async def _connection(self) -> "_Connection":
        now = time.monotonic()
        while self._idle:
            connection = self._idle.pop()
            if connection.lost or now - connection.made > LASTS_S:
                connection.abort()
            elif now - connection.used < LIVELY_S or await self._lives(connection):
                return connection
        if now < self._rests_until:
            raise Failed("No connection could be made a moment ago.")
        try:
            async with asyncio.timeout(self._patience_s):
                return await self._connected()
        except (OSError, TimeoutError, Failed) as error:
            self._rests_until = time.monotonic() + RESTS_S
            raise Failed(f"No connection to {self._address[0]}:{self._address[1]}.") from error

    async def _connected(self) -> "_Connection":
        _, connection = await asyncio.get_running_loop().create_connection(_Connection, *self._address)
        try:
            agent = {"user_agent": "aether"}
            if await connection.greeted() >= (5, 1):
                hello = _message(_HELLO, agent) + _message(_LOGON, self._auth)
                await connection.told(hello, answers=2)
            else:
                await connection.told(_message(_HELLO, agent | self._auth), answers=1)
        except BaseException:
            connection.abort()
            raise
        return connection

    async def _lives(self, connection: "_Connection") -> bool:
        try:
            async with asyncio.timeout(self._patience_s):
                await connection.told(_message(_RESET), answers=1)
        except (Failed, TimeoutError):
            connection.abort()
            return False
        except BaseException:
            connection.abort()
            raise
        return True

    async def _recovered(self, connection: "_Connection") -> None:
        """Make *connection* one that may be asked again after it refused."""
        if await self._lives(connection):
            self._idle.append(connection)


class _Refused(Failed):
    """The server answered with a failure, and hears nothing more until it is reset."""


class _Connection(asyncio.Protocol):
    """A connection, and what one asks on it at a time.

    Attributes:
        made: When it was made, in seconds on the monotonic clock.
        used: When it was last used, likewise.
        lost: Whether it is of no more use.
    """

    def __init__(self) -> None:
        self.made = self.used = time.monotonic()
        self.lost = False
        self._transport: asyncio.Transport | None = None
        self._received = bytearray()
        self._message = bytearray()
        self._greeted: asyncio.Future[tuple[int, int]] = asyncio.get_running_loop().create_future()
        self._answer: asyncio.Future[Any] | None = None
        self._missing = 0
        self._record: list[Any] | None = None
        self._refusal: str | None = None

    async def greeted(self) -> tuple[int, int]:
        """The version of the protocol that the server chooses, greatest part first.

        Raises:
            Failed: It speaks none of ours.
        """
        self._write(_PREAMBLE)
        return await self._greeted

    async def told(self, messages: bytes, *, answers: int) -> Any:
        """Send *messages*, await so many *answers*, and give the first value of the first record.

        Raises:
            Failed: The connection is lost.
            _Refused: One of the answers is a failure.
        """
        self._answer = asyncio.get_running_loop().create_future()
        self._missing, self._record, self._refusal = answers, None, None
        self._write(messages)
        value = await self._answer
        self.used = time.monotonic()
        return value

    def abort(self) -> None:
        """Close at once."""
        self.lost = True
        if self._transport is not None:
            self._transport.abort()

    @override
    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport = cast("asyncio.Transport", transport)  # uvloop's is none, but does the same

    @override
    def connection_lost(self, exc: Exception | None) -> None:
        self._broken("The connection is lost.")

    @override
    def data_received(self, data: bytes) -> None:
        received = self._received
        received += data
        if not self._greeted.done():
            if len(received) < _VERSION:
                return
            self._heard_version(received[3], received[2])
            del received[:_VERSION]
        try:
            self._read(received)
        except (ValueError, IndexError, TypeError):
            self._broken("The server says what cannot be understood.")

    def _read(self, received: bytearray) -> None:
        """Hear what is complete of what was *received*; a message is chunks, and ends with an empty one."""
        at, end = 0, len(received)
        while end - at >= _HEAD:
            begin = at + _HEAD
            size = int.from_bytes(received[at:begin], "big")
            if end - begin < size:
                break
            at = begin + size
            if size:
                self._message += received[begin:at]
            elif self._message:
                message, self._message = self._message, bytearray()
                self._heard(message)
        del received[:at]

    def _heard_version(self, major: int, minor: int) -> None:
        if (major, minor) in _VERSIONS:
            self._greeted.set_result((major, minor))
        else:
            self._broken("The server speaks none of our versions.")

    def _heard(self, message: bytearray) -> None:
        if message[1] == _RECORD:
            if self._record is None:
                self._record = _first(message)
            return
        if message[1] == _FAILURE:
            self._refusal = str(_first(message).get("code"))
        self._missing -= 1
        if self._missing == 0 and self._answer is not None and not self._answer.done():
            if self._refusal is None:
                self._answer.set_result(self._record[0] if self._record else None)
            else:
                self._answer.set_exception(_Refused(self._refusal))

    def _broken(self, why: str) -> None:
        self.abort()
        for waiting in (self._greeted, self._answer):
            if waiting is not None and not waiting.done():
                waiting.set_exception(Failed(why))

    def _write(self, data: bytes) -> None:
        if self.lost or self._transport is None:
            raise Failed("The connection is lost.")
        self._transport.write(data)


def _message(signature: bytes, *fields: Any) -> bytes:
    """A message in its chunks."""
    packed = PackableBuffer()
    Packer(packed).pack_struct(signature, fields)
    data = packed.data
    chunks = [bytes(data[at : at + _CHUNK_MOST]) for at in range(0, len(data), _CHUNK_MOST)]
    return b"".join(len(chunk).to_bytes(_HEAD, "big") + chunk for chunk in (*chunks, b""))


def _first(message: bytearray) -> Any:
    """The first field of *message*."""
    packed = UnpackableBuffer(message)
    packed.p = _FIELDS
    return Unpacker(packed).unpack()


_PULL_ALL = _message(_PULL, {"n": -1})
