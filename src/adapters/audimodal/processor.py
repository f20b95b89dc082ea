"""The document processor over AudiModal's API: `POST /files`, `GET` and `DELETE /files/{id}`.

The contract leaves some things open, and this is how they are taken: the id of a file is the id of
its job, a `GET` of a completed file tells what its message told, and `DELETE` cancels.
"""

import asyncio
import random
import time
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import quote

import httpx
import orjson
import structlog
from prometheus_client import Counter, Gauge
from typing_extensions import override

from aether.adapters.audimodal.results import AnswerWrong, report_of
from aether.domain.circuits import Circuit, CircuitState
from aether.domain.processing import (
    DocumentProcessor,
    ProcessingFailed,
    ProcessingId,
    ProcessorDown,
    Report,
)
from aether.domain.texts import FileTooComplex, FileUnsupported

TRIES = 4
AT_ONCE = 8
"""How many calls may be open at a time."""
CALL_S = 30.0
"""How long a call may take, in seconds; handing a file in may take longer by its size."""
BYTES_A_SECOND = 1_000_000
"""How slowly a file may be taken in."""
ANSWER_MOST = 64 << 20
"""The largest answer, in bytes."""
RETRY_AFTER_MOST_S = 20.0
"""The longest pause that is waited for within a call, in seconds; a longer one gives the job back."""

_FAULTS = {500, 502, 503, 504}
_DENIED = {401, 403}
_UNTAKEN = {400, 413, 415, 422}
_STATES = [CircuitState.CLOSED, CircuitState.HALF_OPEN, CircuitState.OPEN]

log = structlog.get_logger()

calls = Counter("aether_audimodal_calls", "Calls to AudiModal, by what became of them.", ["call", "outcome"])
circuit_state = Gauge("aether_circuit_state", "0 closed, 1 half open, 2 open.", ["circuit"])


@dataclass(frozen=True, slots=True, kw_only=True)
class Service:
    """Where AudiModal is.

    Attributes:
        url: Its address with its base path, such as `https://audimodal.example/api/v1`.
        tenant: Our tenant there; empty if the key says it.
    """

    url: str
    key: str
    tenant: str = ""


@asynccontextmanager
async def opened(service: Service, *, circuit: Circuit | None = None) -> AsyncIterator["AudiModalProcessor"]:
    """The processor over *service*. Nothing is spoken to yet."""
    headers = {"X-API-Key": service.key} | ({"X-Tenant-ID": service.tenant} if service.tenant else {})
    async with httpx.AsyncClient(
        base_url=service.url.rstrip("/") + "/",
        headers=headers,
        timeout=httpx.Timeout(CALL_S, connect=5.0),
        follow_redirects=False,
        trust_env=False,
    ) as client:
        yield AudiModalProcessor(client, circuit or Circuit(time.monotonic))


class AudiModalProcessor(DocumentProcessor):
    """The service, asked with patience, and not at all while it does not answer."""

    def __init__(self, client: httpx.AsyncClient, circuit: Circuit, *, pause_s: float = 0.5) -> None:
        self._client = client
        self._circuit = circuit
        self._pause_s = pause_s
        self._turns = asyncio.Semaphore(AT_ONCE)
        circuit_state.labels("audimodal").set_function(lambda: _STATES.index(circuit.state))

    @override
    async def submit(self, path: Path, *, name: str, content_type: str | None, key: str) -> ProcessingId:
        size = (await asyncio.to_thread(path.stat)).st_size
        with await asyncio.to_thread(path.open, "rb") as file:

            def request() -> httpx.Request:
                file.seek(0)
                return self._client.build_request(
                    "POST",
                    "files",
                    headers={"Idempotency-Key": key},
                    data={"metadata": orjson.dumps({"title": name, "tags": []}).decode()},
                    files={"file": (name, file, content_type or "application/octet-stream")},
                )

            answer = await self._answered("submit", request, within_s=CALL_S + size / BYTES_A_SECOND)
        id = answer.get("job_id") or answer.get("id")
        if not isinstance(id, str) or not 0 < len(id) <= 200:  # noqa: PLR2004 - an id, not a text
            raise _wrong("submit", "an answer without an id")
        return ProcessingId(id)

    @override
    async def look(self, id: ProcessingId) -> Report:
        answer = await self._answered("look", lambda: self._client.build_request("GET", _file(id)))
        state = answer.get("processing_status")
        try:
            return report_of(state if isinstance(state, str) else "", answer, data=answer)
        except AnswerWrong as wrong:
            raise _wrong("look", str(wrong)) from None

    @override
    async def cancel(self, id: ProcessingId) -> None:
        try:
            await self._answered("cancel", lambda: self._client.build_request("DELETE", _file(id)))
        except (ProcessingFailed, FileUnsupported):
            return
        except ProcessorDown:
            log.warning("processing_not_cancelled", processing=id)

    async def _answered(self, call: str, request: Any, *, within_s: float = CALL_S) -> Mapping[str, Any]:
        """What the service says to a request, which is made anew for each try."""
        pause: float | None = None
        for attempt in range(TRIES):
            if attempt:
                await asyncio.sleep(self._pause(attempt) if pause is None else pause)
            async with self._turns:
                if not self._circuit.lets_through():
                    calls.labels(call, "not_made").inc()
                    raise ProcessorDown(retry_after_s=self._circuit.rests_s)
                answer, pause = await self._tried(call, request(), within_s)
            if answer is not None:
                return answer
            if pause is not None and pause > RETRY_AFTER_MOST_S:
                break
        raise ProcessorDown(retry_after_s=pause)

    async def _tried(
        self, call: str, request: httpx.Request, within_s: float
    ) -> tuple[Mapping[str, Any] | None, float | None]:
        """The answer, or none if it is worth another try; and the pause that was asked for."""
        try:
            async with asyncio.timeout(within_s):
                answer = await self._client.send(request, stream=True)
                try:
                    body = await _body(answer)
                finally:
                    await answer.aclose()
        except (httpx.TransportError, TimeoutError, OSError) as fault:
            self._circuit.failed()
            calls.labels(call, "lost").inc()
            log.warning("audimodal_call_lost", call=call, fault=type(fault).__name__)
            return None, None
        calls.labels(call, str(answer.status_code)).inc()
        if answer.status_code in _FAULTS:
            self._circuit.failed()
            return None, _retry_after(answer)
        self._circuit.succeeded()
        if answer.status_code == httpx.codes.TOO_MANY_REQUESTS:
            return None, _retry_after(answer)
        return _judged(call, answer.status_code, body), None

    def _pause(self, attempt: int) -> float:
        """A pause before a try, in seconds: a random share of one that doubles."""
        return random.uniform(0.5, 1.0) * self._pause_s * float(2 ** (attempt - 1))  # noqa: S311 - no secret


async def _body(answer: httpx.Response) -> bytes:
    """The body of *answer*, as far as it may be long.

    Raises:
        FileTooComplex: It is longer.
    """
    body = bytearray()
    async for piece in answer.aiter_bytes():
        body += piece
        if len(body) > ANSWER_MOST:
            raise FileTooComplex("The document processor read more from the file than can be kept.")
    return bytes(body)


def _judged(call: str, status: int, body: bytes) -> Mapping[str, Any]:
    """What an answer says, or means."""
    if status == httpx.codes.NOT_FOUND:
        raise ProcessingFailed("it knows nothing of it.")
    if status in _UNTAKEN:
        raise FileUnsupported("Neither Aether nor its document processor reads such files.")
    if status in _DENIED:
        raise _wrong(call, "it does not let us in")
    if not 200 <= status < 300:  # noqa: PLR2004 - what HTTP calls success
        raise _wrong(call, f"it answered {status}")
    if not body:
        return {}
    with suppress(ValueError):
        told = orjson.loads(body)
        if isinstance(told, dict):
            return told
    raise _wrong(call, "its answer is no JSON object")


def _wrong(call: str, why: str) -> ProcessorDown:
    log.error("audimodal_wrong", call=call, why=why)
    return ProcessorDown()


def _retry_after(answer: httpx.Response) -> float | None:
    told = answer.headers.get("retry-after", "")
    return float(told) if told.isascii() and told.isdecimal() and len(told) < 6 else None  # noqa: PLR2004 - a day


def _file(id: ProcessingId) -> str:
    return f"files/{quote(id, safe='')}"
