"""The messages that AudiModal sends: `POST /webhooks/audimodal`, signed by Standard Webhooks.

A message that comes twice, late or out of order changes nothing, and is answered like the first.
"""

import asyncio
from collections.abc import Callable, Sequence
from typing import Any

import orjson
import structlog
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from aether.adapters.audimodal.results import AnswerWrong, report_of
from aether.domain import webhooks
from aether.domain.errors import Unavailable
from aether.domain.moments import Moment
from aether.domain.processing import Noted, Phase, ProcessingId, Report, Reports
from aether.domain.texts import FileTooComplex
from aether.domain.webhooks import MessageUnsigned

BODY_MOST = 32 << 20
"""The largest message, in bytes; a larger result is asked for."""

log = structlog.get_logger()

_EVENTS = {
    "processing.started": "started",
    "processing.progress": "processing",
    "processing.completed": "completed",
    "processing.failed": "failed",
}


class _TooLarge(Exception):
    """The message is larger than any should be."""


def message_routes(reports: Reports, *, secrets: Sequence[str], moment: Callable[[], Moment]) -> list[Route]:
    """The door for messages.

    Args:
        reports: Where they are noted.
        secrets: What may have signed them: one secret, or two while one is replaced.
        moment: The clock.
    """

    async def take(request: Request) -> Response:
        try:
            body = await _body(request)
            webhooks.received(request.headers, body, secrets=secrets, now=moment().now)
            id, report = await asyncio.to_thread(_told, body)
            noted = await reports.note(id, report)
        except _TooLarge:
            return _refusal(413, "MESSAGE_TOO_LARGE", f"A message has at most {BODY_MOST:,} bytes.")
        except MessageUnsigned as refusal:
            return _refusal(401, refusal.code, refusal.message)
        except AnswerWrong as wrong:
            return _refusal(400, "MESSAGE_INVALID", f"The message has {wrong}.")
        except Unavailable as away:
            return _refusal(503, away.code, away.message)
        log.info("audimodal_told", processing=id, phase=report.phase.name.lower(), noted=noted)
        if noted is Noted.UNKNOWN:
            return _refusal(404, "JOB_NOT_FOUND", "Nobody waits for this job.")
        return JSONResponse({"noted": noted.value})

    return [Route("/webhooks/audimodal", take, methods=["POST"])]


async def _body(request: Request) -> bytes:
    declared = request.headers.get("content-length", "")
    if declared.isdecimal() and int(declared) > BODY_MOST:
        raise _TooLarge
    body = bytearray()
    async for piece in request.stream():
        body += piece
        if len(body) > BODY_MOST:
            raise _TooLarge
    return bytes(body)


def _told(body: bytes) -> tuple[ProcessingId, Report]:
    """Which job a message is about, and what it reports."""
    try:
        told: Any = orjson.loads(body)
    except ValueError:
        raise AnswerWrong("no JSON") from None
    if not isinstance(told, dict):
        raise AnswerWrong("no object")
    id, state, data = told.get("job_id"), _EVENTS.get(str(told.get("event"))), told.get("data") or {}
    if not isinstance(id, str) or not id or state is None or not isinstance(data, dict):
        raise AnswerWrong("no job, or no event that we know")
    try:
        return ProcessingId(id), report_of(state, told, data=data)
    except FileTooComplex as refusal:
        return ProcessingId(id), Report(phase=Phase.OVER, failure=refusal.message)


def _refusal(status: int, code: str, message: str) -> Response:
    return JSONResponse({"error": {"code": code, "message": message}}, status)
