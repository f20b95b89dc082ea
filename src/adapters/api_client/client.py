"""Aether as a client sees it: an address, a credential, operations and uploads.

A request is sent once. What may be repeated is a step, which first looks whether it is
done already: an answer can be lost after the thing was done.
"""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping, Sequence
from contextlib import asynccontextmanager
from ipaddress import ip_address
from typing import Any, TypeVar

import httpx

from aether.domain.errors import AetherError, Invalid, Unauthenticated, Unavailable
from aether.domain.jobs import Failure

TIMEOUT = httpx.Timeout(60.0, connect=10.0, pool=None)
PAUSE_S = 0.5
"""How long the first wait is, in seconds; each one is twice as long as the one before."""
PAUSE_MOST_S = 15.0
AWAY = frozenset(
    {
        "EMBEDDER_BUSY",
        "EMBEDDER_DOWN",
        "FEED_DOWN",
        "GRAPH_UNAVAILABLE",
        "IDENTITY_UNAVAILABLE",
        "OPERATION_TIMED_OUT",
        "STORE_DOWN",
        "STORE_FULL",
        "UNAVAILABLE",
    }
)
"""The codes of operations that may succeed later; HTTP tells them only of whole requests."""
AWAY_STATUS = frozenset({429, 502, 503, 504})

T = TypeVar("T")


class Declined(AetherError):
    """Aether will not do what was asked, and says why."""

    def __init__(self, code: str, message: str) -> None:
        super().__init__(message)
        self.failure = Failure(code=code, message=message)


class Away(Unavailable):
    """Aether does not answer, or says that it cannot now."""

    def __init__(self, code: str, message: str, *, retry_after_s: float | None = None) -> None:
        super().__init__(message, retry_after_s=retry_after_s)
        self.failure = Failure(code=code, message=message)


class Client:
    """One person's or program's way to one Aether."""

    def __init__(self, http: httpx.AsyncClient, *, credential: Mapping[str, str] | None) -> None:
        """*credential* is the header that proves who asks; none to ask this machine's Aether for a token."""
        self._http = http
        self._given = credential is not None
        self._credential = credential

    @property
    def address(self) -> httpx.URL:
        """Where Aether is."""
        return self._http.base_url

    @property
    def nearby(self) -> bool:
        """Whether Aether runs on this machine."""
        return _is_loopback(self.address.host)

    async def credential(self) -> Mapping[str, str]:
        """The header that proves who asks.

        Raises:
            Unauthenticated: None was given, and there is none to be had.
        """
        if self._credential is None:
            self._credential = await self._ready()
        return self._credential

    async def ask(self, operation: str, **variables: object) -> Mapping[str, Any]:
        """The data that answers *operation*."""
        body = await self._sent("POST", "/graphql", json={"query": operation, "variables": variables})
        data: Mapping[str, Any] = body["data"]
        return data

    async def change(self, operation: str, **variables: object) -> Mapping[str, Any]:
        """The payload of a mutation that was not refused."""
        (payload,) = (await self.ask(operation, **variables)).values()
        for refusal in payload["userErrors"]:
            raise Declined(refusal["code"], refusal["message"])
        return dict(payload)

    async def everything(
        self, operation: str, *path: str, **variables: object
    ) -> Sequence[Mapping[str, Any]]:
        """Every thing of the list at *path* in the answers to *operation*, page after page."""
        found: list[Mapping[str, Any]] = []
        after: str | None = None
        while True:
            page: Any = await self.ask(operation, after=after, **variables)
            for name in path:
                page = page and page[name]
            if page is not None:
                found += [edge["node"] for edge in page["edges"]]
            if page is None or not page["pageInfo"]["hasNextPage"]:
                return found
            after = page["pageInfo"]["endCursor"]

    async def upload(
        self, pieces: AsyncIterator[bytes], *, size: int, name: str, notebook: str
    ) -> Mapping[str, Any]:
        """Send a file of *size* bytes into *notebook*; gives back the document and its job."""
        return await self._sent(
            "PUT",
            "/upload",
            params={"notebook": notebook, "name": name},
            content=pieces,
            headers={"Content-Length": str(size)},
        )

    async def _sent(
        self, method: str, path: str, *, headers: Mapping[str, str] | None = None, **request: Any
    ) -> Mapping[str, Any]:
        shown = {**(await self.credential()), **(headers or {})}
        answer = await self._answer(method, path, headers=shown, **request)
        body = _json(answer)
        failure = _failure(body)
        if answer.is_success and failure is None and body:
            return body
        if answer.status_code == httpx.codes.UNAUTHORIZED and await self._renewed():
            raise Away("TOKEN_RENEWED", "The token has expired; there is a new one.", retry_after_s=0)
        raise _error(answer, body, failure or _unexpected(answer))

    async def _answer(self, method: str, path: str, **request: Any) -> httpx.Response:
        try:
            return await self._http.request(method, path, **request)
        except httpx.TransportError as error:
            told = str(error) or type(error).__name__
            raise Away("NO_ANSWER", f"Aether does not answer at {self.address}: {told}.") from error

    async def _ready(self) -> Mapping[str, str]:
        """The credential that an Aether on this machine, which is for trying it out, has ready."""
        told: Mapping[str, Any] = {}
        if self.nearby:
            told = _json(await self._answer("GET", "/graphiql/config"))
        if not told.get("token"):
            raise Unauthenticated("Say who you are: give --token, or set AETHER_TOKEN or AETHER_API_KEY.")
        return {"Authorization": f"Bearer {told['token']}"}

    async def _renewed(self) -> bool:
        """Whether Aether has another token ready than the one that it no longer takes."""
        if self._given:
            return False
        old, self._credential = self._credential, await self._ready()
        return old != self._credential


@asynccontextmanager
async def connected(url: str, *, token: str | None, key: str | None) -> AsyncIterator[Client]:
    """A client of the Aether at *url*, which shows a token, or an API key, or asks for a token.

    Raises:
        Invalid: The address is none.
    """
    try:
        address = httpx.URL(url)
    except httpx.InvalidURL:
        address = httpx.URL("")
    if address.scheme not in {"http", "https"} or not address.host:
        raise Invalid("The url must be an address such as http://127.0.0.1:8080.", field="url")
    shown = {"Authorization": f"Bearer {token}"} if token else {"X-API-Key": key} if key else None
    trust_env = not _is_loopback(address.host)
    async with httpx.AsyncClient(base_url=address, timeout=TIMEOUT, trust_env=trust_env) as http:
        yield Client(http, credential=shown)


async def patiently(
    step: Callable[[], Awaitable[T]], *, patience_s: float, wait: Callable[[str, float], None]
) -> T:
    """What *step* gives, which is repeated with growing pauses while Aether is away.

    Args:
        step: What is done; it may be done twice.
        patience_s: How long to wait altogether, in seconds.
        wait: Told why and how long, in seconds, before each pause.

    Raises:
        Unavailable: It is still away.
    """
    waited, pause = 0.0, PAUSE_S
    while True:
        try:
            return await step()
        except Unavailable as away:
            next_s = pause if away.retry_after_s is None else max(away.retry_after_s, PAUSE_S)
            waited += next_s
            if waited > patience_s:
                raise
            wait(away.message, next_s)
            await asyncio.sleep(next_s)
            pause = min(2 * pause, PAUSE_MOST_S)


def _error(answer: httpx.Response, body: Mapping[str, Any], failure: Failure) -> AetherError:
    if answer.status_code == httpx.codes.UNAUTHORIZED:
        return Unauthenticated(failure.message)
    if answer.status_code in AWAY_STATUS or failure.code in AWAY:
        return Away(failure.code, failure.message, retry_after_s=_hint(answer, body))
    return Declined(failure.code, failure.message)


def _failure(body: Mapping[str, Any]) -> Failure | None:
    match body:
        case {"error": {"code": str(code), "message": str(message)}}:
            return Failure(code=code, message=message)
        case {"errors": [{"message": str(message), "extensions": {"code": str(code)}}, *_]}:
            return Failure(code=code, message=message)
        case _:
            return None


def _unexpected(answer: httpx.Response) -> Failure:
    said = f"{answer.status_code} {answer.reason_phrase}".strip()
    return Failure(
        code=f"HTTP_{answer.status_code}", message=f"{answer.url.host} answered {said}, not as Aether does."
    )


def _hint(answer: httpx.Response, body: Mapping[str, Any]) -> float | None:
    """After how many seconds to try again, if that was told."""
    match body:
        case {"errors": [{"extensions": {"retryAfterSeconds": int() | float() as seconds}}, *_]}:
            return float(seconds)
        case _:
            told = answer.headers.get("Retry-After", "")
            return float(told) if told.isdecimal() else None


def _json(answer: httpx.Response) -> Mapping[str, Any]:
    """The object in *answer*; an empty one if it is something else."""
    try:
        told = answer.json()
    except ValueError:
        return {}
    return told if isinstance(told, dict) else {}


def _is_loopback(host: str) -> bool:
    try:
        return host == "localhost" or ip_address(host).is_loopback
    except ValueError:
        return False
