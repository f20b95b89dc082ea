"""The server: a model behind two plain routes.

`POST /embed` takes `{"texts": […], "query": bool, "within_s": seconds}` and answers with the embeddings
as little-endian 32-bit floats, one behind the other; with 429 when too many texts wait, and with
504 when the time is over. `GET /ready` answers 204. Nothing listens before the model is loaded.
"""

import asyncio
from collections.abc import AsyncIterator, Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import orjson
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from aether.adapters.sentence_transformers.batches import Batches, Full

EncodeNow = Callable[[Sequence[str]], list[bytes]]

RETRY_AFTER_S = 5

_BF16 = {"avx512_bf16", "amx_bf16"}


def create_app(encode: EncodeNow) -> Starlette:
    """The server of the model that *encode* asks. Only one thread, always the same, ever calls it."""
    batches = Batches()

    async def embed(request: Request) -> Response:
        asked = orjson.loads(await request.body())
        try:
            embeddings = await batches.embed(asked["texts"], query=asked["query"], within_s=asked["within_s"])
        except Full:
            return Response(status_code=429, headers={"Retry-After": str(RETRY_AFTER_S)})
        except TimeoutError:
            return Response(status_code=504)
        return Response(embeddings, media_type="application/octet-stream")

    async def tell(_: Request) -> Response:
        return Response(status_code=204)

    @asynccontextmanager
    async def lifespan(_: Starlette) -> AsyncIterator[None]:
        loop = asyncio.get_running_loop()
        with ThreadPoolExecutor(1) as thread:
            serving = asyncio.create_task(
                batches.serve(lambda texts: loop.run_in_executor(thread, encode, texts))
            )
            yield
            serving.cancel()

    routes = [Route("/embed", embed, methods=["POST"]), Route("/ready", tell)]
    return Starlette(routes=routes, lifespan=lifespan)


def loaded(folder: Path, threads: int) -> EncodeNow:
    """The model in *folder*: a function from texts to embeddings, each of unit length, as bytes.

    It computes in bfloat16 where the processor does, which takes half the time and turns an
    embedding by less than one degree.
    """
    import torch
    from sentence_transformers import SentenceTransformer

    torch.set_num_threads(threads)
    precision = torch.bfloat16 if _computes_bf16() else torch.float32
    model: Any = SentenceTransformer(
        str(folder), device="cpu", local_files_only=True, model_kwargs={"dtype": precision}
    )
    model.encode(["The first text takes longer than all others."], show_progress_bar=False)

    def encode(texts: Sequence[str]) -> list[bytes]:
        embeddings = model.encode(
            list(texts), batch_size=len(texts), show_progress_bar=False, convert_to_tensor=True
        ).float()
        whole = torch.nn.functional.normalize(embeddings, dim=1).numpy().astype("<f4")
        return [embedding.tobytes() for embedding in whole]

    return encode


def _computes_bf16() -> bool:
    try:
        told = Path("/proc/cpuinfo").read_text()
    except OSError:
        return False
    return not _BF16.isdisjoint(told.split())
