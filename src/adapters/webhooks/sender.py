"""The sender of webhooks: one `POST` to an address that was checked, and nothing beyond that.

The host is resolved here, and the connection goes to an address that the rules let pass, under the
host's own name in `Host` and in TLS. Connections are not kept: one to an address is no proof of the
next host that lies there. Redirects are not followed, and of an answer only the status counts.
"""

import asyncio
import socket
import ssl
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager

import httpx
import structlog
from typing_extensions import override

from aether.domain.callbacks import AddressRefused, Outcome, Rules, Sender, UrlInvalid, target
from aether.domain.callbacks.addresses import Target
from aether.domain.webhooks import Message

DEADLINE_S = 30.0
"""How long one try may take altogether, in seconds."""
CONNECTED_WITHIN_S = 5.0
ANSWER_MOST = 65_536
"""How much of an answer is read, in bytes."""

log = structlog.get_logger()


@asynccontextmanager
async def opened(rules: Rules, *, trusted: ssl.SSLContext | None = None) -> AsyncIterator["HttpSender"]:
    """A sender that keeps to *rules*, and believes hosts whom *trusted*, or else everybody, believes."""
    transport = httpx.AsyncHTTPTransport(
        verify=trusted or ssl.create_default_context(),
        trust_env=False,
        retries=0,
        limits=httpx.Limits(max_connections=100, max_keepalive_connections=0),
    )
    async with transport:
        yield HttpSender(transport, rules)


class HttpSender(Sender):
    """Sends over HTTP/1.1."""

    def __init__(self, transport: httpx.AsyncBaseTransport, rules: Rules) -> None:
        self._transport = transport
        self._rules = rules

    @override
    async def send(self, message: Message, *, url: str, secret: str) -> Outcome:
        try:
            async with asyncio.timeout(DEADLINE_S):
                at = target(url, rules=self._rules)
                addresses = await _resolved(at)
                self._rules.check(at.host, at.port, addresses)
                return await self._posted(message, at, addresses, secret)
        except (AddressRefused, UrlInvalid) as refusal:
            return Outcome(error=refusal.code)
        except TimeoutError:
            return Outcome(error="TIMEOUT")
        except (httpx.TransportError, OSError, UnicodeError) as fault:
            log.info("callback_lost", fault=type(fault).__name__)
            return Outcome(error=_reason(fault))

    async def _posted(self, message: Message, at: Target, addresses: Sequence[str], secret: str) -> Outcome:
        """What an answer says, at the first of *addresses* that can be reached."""
        headers = {
            **message.headers([secret]),
            "Host": at.authority,
            "Content-Type": "application/json",
            "User-Agent": "Aether",
            "Accept": "*/*",
            "Connection": "close",
        }
        for address in addresses[:-1]:
            try:
                return await self._asked(message, at, address, headers)
            except httpx.ConnectError:
                continue
        return await self._asked(message, at, addresses[-1], headers)

    async def _asked(self, message: Message, at: Target, address: str, headers: dict[str, str]) -> Outcome:
        limits = {"connect": CONNECTED_WITHIN_S, "read": DEADLINE_S, "write": DEADLINE_S, "pool": DEADLINE_S}
        request = httpx.Request(
            "POST",
            httpx.URL(scheme=at.scheme, host=address, port=at.port, raw_path=at.path.encode()),
            headers=headers,
            content=message.body,
            extensions={"timeout": limits, "sni_hostname": at.host},
        )
        answer = await self._transport.handle_async_request(request)
        try:
            read = 0
            async for piece in answer.aiter_raw():
                read += len(piece)
                if read > ANSWER_MOST:
                    break
        finally:
            await answer.aclose()
        return Outcome(status=answer.status_code)


async def _resolved(at: Target) -> list[str]:
    """Every address of a host, each once, in the order in which they are preferred."""
    loop = asyncio.get_running_loop()
    found = await loop.getaddrinfo(at.host, at.port, type=socket.SOCK_STREAM)
    return list(dict.fromkeys(str(it[4][0]) for it in found))


def _reason(fault: Exception) -> str:
    if isinstance(fault, socket.gaierror | UnicodeError):
        return "HOST_NOT_FOUND"
    if isinstance(fault, httpx.TimeoutException):
        return "TIMEOUT"
    if "CERTIFICATE_VERIFY_FAILED" in str(fault):
        return "CERTIFICATE_INVALID"
    return "CONNECTION_FAILED"
