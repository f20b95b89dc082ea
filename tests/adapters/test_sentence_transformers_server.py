"""What the server of a model does for callers that go away."""

import asyncio
import threading
from collections.abc import Sequence
from typing import Any

import orjson

from aether.adapters.sentence_transformers.encoders import Encoders
from aether.adapters.sentence_transformers.server import create_app


async def test_what_a_caller_asked_for_who_is_gone_is_not_computed() -> None:
    seen: list[str] = []
    busy, let = threading.Event(), threading.Event()

    def encode(texts: Sequence[str]) -> list[bytes]:
        seen.extend(texts)
        busy.set()
        assert let.wait(10)
        return [text.encode() for text in texts]

    app = create_app(Encoders(documents=encode, queries=encode))

    async def ask(text: str, gone: asyncio.Event) -> tuple[int, bytes]:
        told: list[dict[str, Any]] = []
        body = orjson.dumps({"texts": [text], "query": False, "within_s": 10})
        coming = [{"type": "http.request", "body": body, "more_body": False}]

        async def receive() -> dict[str, Any]:
            if coming:
                return coming.pop()
            await gone.wait()
            return {"type": "http.disconnect"}

        async def send(message: Any) -> None:
            told.append(message)

        scope = {"type": "http", "method": "POST", "path": "/embed", "headers": [], "query_string": b""}
        await app(scope, receive, send)
        return told[0]["status"], told[1]["body"]

    async with app.router.lifespan_context(app):
        stays, goes = asyncio.Event(), asyncio.Event()
        first = asyncio.create_task(ask("first", stays))
        await asyncio.to_thread(busy.wait, 10)
        killed = asyncio.create_task(ask("killed", goes))
        last = asyncio.create_task(ask("last", stays))
        await asyncio.sleep(0.05)
        goes.set()
        await asyncio.wait_for(killed, 5)
        let.set()

        assert await asyncio.wait_for(first, 5) == (200, b"first")
        assert await asyncio.wait_for(last, 5) == (200, b"last")

    assert seen == ["first", "last"]
