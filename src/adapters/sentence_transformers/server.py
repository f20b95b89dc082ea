"""The server: a model behind two plain routes.

`POST /embed` takes `{"texts": […], "query": bool, "within_s": seconds}` and answers with the embeddings
as little-endian 32-bit floats, one behind the other; with 429 when too many texts wait, and with
504 when the time is over. What a caller asked for who is gone by now
is dropped. `GET /ready` answers 204. Nothing listens before the model is loaded.
"""

import asyncio
import os
import sys
import threading
from collections.abc import AsyncIterator, Coroutine
from concurrent.futures import ThreadPoolExecutor
from contextlib import asynccontextmanager
from typing import Any

import orjson
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from aether.adapters.sentence_transformers.batches import Batches, Encode, Full
from aether.adapters.sentence_transformers.encoders import Encode as EncodeNow
from aether.adapters.sentence_transformers.encoders import Encoders

DOCUMENTS_MOST = 4_096
QUERIES_MOST = 256
"""How many texts of each kind may wait."""
RETRY_AFTER_S = 5
NICENESS = 10
"""How far documents stand back when others want the processor too."""


def create_app(encoders: Encoders) -> Starlette:
    """The server of a model. Each of its two forms is called by one thread only, always the same."""
    documents, queries = Batches(most=DOCUMENTS_MOST), Batches(most=QUERIES_MOST)

    async def embed(request: Request) -> Response:
        asked = orjson.loads(await request.body())
        try:
            waiting = queries if asked["query"] else documents
            embedding = waiting.embed(asked["texts"], within_s=asked["within_s"])
            embeddings = await _while_there(request, embedding)
        except Full:
            return Response(status_code=429, headers={"Retry-After": str(RETRY_AFTER_S)})
        except TimeoutError:
            return Response(status_code=504)
        if embeddings is None:
            return Response(status_code=499)  # which nobody reads
        return Response(embeddings, media_type="application/octet-stream")

    async def tell(_: Request) -> Response:
        return Response(status_code=204)

    @asynccontextmanager
    async def lifespan(_: Starlette) -> AsyncIterator[None]:
        with ThreadPoolExecutor(1, initializer=_stand_back) as one, ThreadPoolExecutor(1) as other:
            serving = [
                asyncio.create_task(documents.serve(_within(one, encoders.documents))),
                asyncio.create_task(queries.serve(_within(other, encoders.queries))),
            ]
            yield
            for task in serving:
                task.cancel()

    routes = [Route("/embed", embed, methods=["POST"]), Route("/ready", tell)]
    return Starlette(routes=routes, lifespan=lifespan)


async def _while_there(request: Request, embedding: Coroutine[Any, Any, bytes]) -> bytes | None:
    """What *embedding* gives; none, as soon as the caller is gone: a worker that was killed asks anew."""
    asked = asyncio.create_task(embedding)
    gone = asyncio.create_task(_gone(request))
    try:
        await asyncio.wait({asked, gone}, return_when=asyncio.FIRST_COMPLETED)
        return asked.result() if asked.done() else None
    finally:
        asked.cancel()
        gone.cancel()


async def _gone(request: Request) -> None:
    while (await request.receive())["type"] != "http.disconnect":
        pass


def _within(thread: ThreadPoolExecutor, encode: EncodeNow) -> Encode:
    """*encode*, as the event loop calls it."""
    loop = asyncio.get_running_loop()
    return lambda texts: loop.run_in_executor(thread, encode, texts)


def _stand_back() -> None:
    """Let others go before this thread, and those that it starts; on Linux, a thread has its own niceness."""
    if sys.platform == "linux":
        thread = threading.get_native_id()
        os.setpriority(os.PRIO_PROCESS, thread, max(NICENESS, os.getpriority(os.PRIO_PROCESS, thread)))
