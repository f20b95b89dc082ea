"""The embedder: asks the process in which the model lives, and keeps one if nobody else does."""

import asyncio
import os
from collections.abc import Sequence
from pathlib import Path
from types import TracebackType
from typing import Self

import httpx
import orjson
import structlog
from typing_extensions import override

from aether.adapters.sentence_transformers.models import Model
from aether.adapters.sentence_transformers.process import ModelProcess
from aether.domain.embeddings import Embedder, EmbedderBusy, EmbedderDown, Embedding

log = structlog.get_logger()

PART = 256
"""How many texts are sent at once."""
POLL_S = 0.1
"""How often a model that is loading is asked whether it is there, in seconds."""
BROKEN_OFF_MOST = 3
"""How often a process may die over the same texts before they are given up."""
THREADS_MOST = 8
REMEMBERED = 1_000
"""How many queries' embeddings are remembered, for who asks for the next page of an answer."""


class SentenceTransformersEmbedder(Embedder):
    """Embeddings by *model*, for as long as the context lasts.

    Args:
        model: The model, which the process has to serve.
        socket: Where a process serves it already; without, one is started when first needed.
        threads: How many threads of the processor our own process may use.
        patience_s: How long a part of `PART` texts may take, in seconds, loading included.
        query_patience_s: How long a query may take, likewise.
    """

    def __init__(
        self,
        model: Model,
        *,
        socket: Path | None = None,
        threads: int | None = None,
        patience_s: float = 120.0,
        query_patience_s: float = 10.0,
    ) -> None:
        self._model = model
        self._patience_s = patience_s
        self._query_patience_s = query_patience_s
        self._ready = False
        self._queries: dict[str, Embedding] = {}
        threads = threads or min(os.cpu_count() or 1, THREADS_MOST)
        self._process = None if socket else ModelProcess(model.folder, threads=threads)
        at = socket or (self._process and self._process.socket)
        transport = httpx.AsyncHTTPTransport(uds=str(at), verify=False)  # a socket has no TLS
        self._client = httpx.AsyncClient(transport=transport, base_url="http://embedder", timeout=patience_s)

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._ready = False
        await self._client.aclose()
        if self._process:
            await self._process.end()

    @property
    @override
    def model(self) -> str:
        return self._model.name

    @property
    @override
    def dimensions(self) -> int:
        return self._model.dimensions

    @property
    def most_tokens(self) -> int:
        """How many tokens of a text the model looks at, its own marks included."""
        return self._model.most_tokens

    @property
    @override
    def ready(self) -> bool:
        return self._ready and (self._process is None or self._process.running)

    async def start(self) -> None:
        """Have the model loaded before the first text needs it.

        Raises:
            EmbedderDown: It cannot be, or takes too long.
        """
        await self._within(self._patience_s, self._client.build_request("GET", "/ready"))

    @override
    async def embed(self, texts: Sequence[str]) -> Sequence[Embedding]:
        embeddings: list[Embedding] = []
        for start in range(0, len(texts), PART):
            part = texts[start : start + PART]
            embeddings += await self._asked(part, query=False, patience_s=self._patience_s)
        return embeddings

    @override
    async def embed_query(self, text: str) -> Embedding:
        if text not in self._queries:
            (found,) = await self._asked([text], query=True, patience_s=self._query_patience_s)
            self._queries[text] = found
            if len(self._queries) > REMEMBERED:
                del self._queries[next(iter(self._queries))]
        return self._queries[text]

    @override
    def count_tokens(self, texts: Sequence[str]) -> list[int]:
        return self._model.count_tokens(texts)

    async def _asked(self, texts: Sequence[str], *, query: bool, patience_s: float) -> list[Embedding]:
        order = {"texts": list(texts), "query": query, "within_s": patience_s}
        request = self._client.build_request("POST", "/embed", content=orjson.dumps(order))
        answer = await self._within(patience_s, request)
        if answer.status_code == httpx.codes.TOO_MANY_REQUESTS:
            wait_s = float(answer.headers["Retry-After"])
            raise EmbedderBusy("Too many texts wait for their embedding.", retry_after_s=wait_s)
        if answer.status_code != httpx.codes.OK:
            log.warning("embedder_failed", status=answer.status_code)
            raise EmbedderDown("The embedder does not do its work.")
        numbers = memoryview(answer.content).cast("f")
        size = self.dimensions
        return [numbers[place : place + size].tolist() for place in range(0, len(numbers), size)]

    async def _within(self, patience_s: float, request: httpx.Request) -> httpx.Response:
        limit = asyncio.timeout(patience_s)
        try:
            async with limit:
                answer = await self._sent(request)
        except TimeoutError:
            raise EmbedderDown("The embedder does not answer in time.") from None
        self._ready = True
        return answer

    async def _sent(self, request: httpx.Request) -> httpx.Response:
        """The answer to *request*, as soon as there is anybody to give it."""
        broken_off = 0
        while True:
            if self._process:
                await self._process.ensure()
            try:
                answer = await self._client.send(request)
            except httpx.TransportError as error:
                self._ready = False
                broken_off += not isinstance(error, httpx.ConnectError)
                if broken_off > BROKEN_OFF_MOST:
                    raise EmbedderDown("The embedder breaks off over these texts.") from error
                await asyncio.sleep(POLL_S)
            else:
                if self._process:
                    self._process.answered()
                return answer
