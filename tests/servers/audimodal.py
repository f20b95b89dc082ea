"""A fake of AudiModal, built to its published contract, which misbehaves when it is told to.

The service itself is not to be had: neither its code nor an instance is public. So this is the
contract as its documents tell it, on a real socket, and no more: it reads no file, and says what a
test tells it to say. What it proves is that Aether keeps to the contract and stands its breaches.
"""

import asyncio
import email
import itertools
from collections import deque
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from datetime import datetime
from email import policy
from typing import Any

import httpx
import orjson
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, Response, StreamingResponse
from starlette.routing import Route
from starlette.types import Receive, Scope, Send

from aether.domain.webhooks import Message, secret_of
from tests.servers.serving import served

KEY, TENANT = "an-api-key", "rivers"
SECRET = secret_of(b"a key of audimodal, 32 bytes long"[:32])
BASE = "/api/v1"
RESULT: Mapping[str, Any] = {
    "extracted_text": "The Elbe is tidal below Geesthacht.\n\nThe Oder has polders.",
    "pages": [{"text": "The Elbe is tidal below Geesthacht."}, {"text": "The Oder has polders."}],
    "tables": [{"page": 2, "rows": [["river", "length"], ["Oder", 840]]}],
    "metadata": {"title": "Rivers", "mime_type": "image/tiff", "author": "Ada"},
    "compliance": {"pii_detected": False},
}


class AudiModal:
    """The service.

    Attributes:
        faults: What goes wrong with the next calls, one each: a status, `drop`, `slow`, `garbage` or `huge`.
        files: How each file fares, by id, as `GET` tells it.
        submitted: What was handed in: name, bytes, type and title of each.
        calls: The method and path of each call that came.
    """

    def __init__(self) -> None:
        self.faults: deque[Any] = deque()
        self.files: dict[str, dict[str, Any]] = {}
        self.submitted: list[tuple[str, bytes, str, str]] = []
        self.calls: list[str] = []
        self.pause_s = 60.0
        self.retry_after = "0"
        self._keys: dict[str, str] = {}
        self._numbers = itertools.count(1)
        self._messages = itertools.count(1)
        self._url = ""

    @property
    def url(self) -> str:
        """Where it is, with its base path."""
        return self._url + BASE

    @asynccontextmanager
    async def running(self) -> AsyncIterator["AudiModal"]:
        """Serve it."""
        routes = [
            Route(f"{BASE}/files", self._submit, methods=["POST"]),
            Route(f"{BASE}/files/{{id}}", self._look, methods=["GET"]),
            Route(f"{BASE}/files/{{id}}", self._cancel, methods=["DELETE"]),
        ]
        inner = Starlette(routes=routes)

        async def app(scope: Scope, receive: Receive, send: Send) -> None:
            self.calls.append(f"{scope['method']} {scope['path'].removeprefix(BASE)}")
            fault = self.faults.popleft() if self.faults else None
            if fault is None:
                await inner(scope, receive, send)
            elif fault == "drop after":
                await inner(scope, receive, _swallow)
                await self._dropped(send)
            else:
                await self._misbehave(fault, scope, receive, send)

        async with served(app) as port:
            self._url = f"http://127.0.0.1:{port}"
            yield self

    def message(
        self,
        event: str,
        job: str,
        *,
        at: datetime,
        secret: str = SECRET,
        id: str | None = None,
        **more: Any,
    ) -> tuple[dict[str, str], bytes]:
        """The headers and the body of a message about *job*."""
        told = {"job_id": job, "event": event, "timestamp": at.isoformat(), **more}
        body = orjson.dumps(told)
        sent = Message(id=id or f"msg_{next(self._messages)}", sent_at=at, body=body)
        return {**sent.headers([secret]), "content-type": "application/json"}, body

    async def tell(self, client: httpx.AsyncClient, event: str, job: str, **more: Any) -> httpx.Response:
        """The answer to a message about *job*."""
        headers, body = self.message(event, job, **more)
        return await client.post("/webhooks/audimodal", content=body, headers=headers)

    def _let_in(self, request: Request) -> Response | None:
        if request.headers.get("x-api-key") != KEY or request.headers.get("x-tenant-id") != TENANT:
            return JSONResponse({"error": "who are you?"}, 401)
        return None

    async def _submit(self, request: Request) -> Response:
        if refusal := self._let_in(request):
            return refusal
        key = request.headers["idempotency-key"]
        head = f"content-type: {request.headers['content-type']}\r\n\r\n".encode()
        whole: Any = email.message_from_bytes(head + await request.body(), policy=policy.HTTP)
        parts = {part.get_param("name", header="content-disposition"): part for part in whole.iter_parts()}
        if key not in self._keys:
            id = self._keys[key] = f"file-{next(self._numbers)}"
            file, metadata = parts["file"], orjson.loads(parts["metadata"].get_content())
            name, data = str(file.get_filename()), file.get_payload(decode=True)
            self.submitted.append((name, data, file.get_content_type(), metadata["title"]))
            self.files[id] = {"id": id, "name": name, "size": len(data), "processing_status": "pending"}
        return JSONResponse(self.files[self._keys[key]], 201)

    async def _look(self, request: Request) -> Response:
        if refusal := self._let_in(request):
            return refusal
        found = self.files.get(request.path_params["id"])
        return JSONResponse({"error": "no such file"}, 404) if found is None else JSONResponse(found)

    async def _cancel(self, request: Request) -> Response:
        if refusal := self._let_in(request):
            return refusal
        found = self.files.get(request.path_params["id"])
        if found is None:
            return JSONResponse({"error": "no such file"}, 404)
        found["processing_status"] = "cancelled"
        return Response(status_code=204)

    async def _misbehave(self, fault: Any, scope: Scope, receive: Receive, send: Send) -> None:
        if fault == "slow":
            await asyncio.sleep(self.pause_s)
        if fault in {"drop", "slow"}:
            await self._dropped(send)
            return
        if isinstance(fault, int):
            answer: Response = JSONResponse(
                {"error": "not now"}, fault, headers={"retry-after": self.retry_after}
            )
        elif fault == "garbage":
            answer = Response(b'{"id": ', media_type="application/json")
        else:
            answer = StreamingResponse(_huge())
        await answer(scope, receive, send)

    async def _dropped(self, send: Send) -> None:
        """Hang up in the middle of an answer."""
        await send({"type": "http.response.start", "status": 200, "headers": [(b"content-length", b"99")]})


async def _swallow(_: Any) -> None:
    """Tell nobody."""


async def _huge() -> AsyncIterator[bytes]:
    for _ in range(100):
        yield bytes(1 << 20)
        await asyncio.sleep(0)
