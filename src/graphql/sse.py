"""GraphQL over server-sent events, in the distinct connections mode of `graphql-sse`.

A request is one operation, a query as well as a subscription: each of its answers is an event
`next`, and `complete` its end. It takes no socket, so it passes wherever HTTP does; what is
silent for a while is kept open by comments.
"""

import asyncio
from collections.abc import AsyncGenerator, AsyncIterator
from contextlib import aclosing, suppress
from typing import Any

import orjson
from starlette.responses import Response, StreamingResponse
from strawberry.types.execution import ExecutionResult, PreExecutionError

MEDIA = "text/event-stream"
PULSE_S = 12.0
"""After how long a comment is sent where nothing else was, in seconds."""

_PULSE = b":\n\n"
_COMPLETE = b"event: complete\ndata:\n\n"


def wanted(accept: str) -> bool:
    """Whether a client that accepts so much wants events."""
    return any(part.partition(";")[0].strip().lower() == MEDIA for part in accept.split(","))


def response(results: AsyncGenerator[ExecutionResult], request_id: str) -> Response:
    """The *results* as events."""
    headers = {"Cache-Control": "no-store", "X-Accel-Buffering": "no", "X-Request-ID": request_id}
    return StreamingResponse(_events(results), headers=headers, media_type=MEDIA)


async def _events(results: AsyncGenerator[ExecutionResult]) -> AsyncIterator[bytes]:
    async with aclosing(results):
        coming = asyncio.ensure_future(anext(results))
        try:
            while True:
                if not (await asyncio.wait({coming}, timeout=PULSE_S))[0]:
                    yield _PULSE
                    continue
                yield b"event: next\ndata: %b\n\n" % orjson.dumps(_body(coming.result()))
                coming = asyncio.ensure_future(anext(results))
        except StopAsyncIteration:
            yield _COMPLETE
        finally:
            coming.cancel()
            with suppress(asyncio.CancelledError, StopAsyncIteration):
                await coming


def _body(result: ExecutionResult) -> dict[str, Any]:
    body: dict[str, Any] = {} if isinstance(result, PreExecutionError) else {"data": result.data}
    if result.errors:
        body["errors"] = [error.formatted for error in result.errors]
    return body
