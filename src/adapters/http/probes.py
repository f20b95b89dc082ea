"""Probes and metrics, for whoever keeps Aether running."""

import asyncio
from collections.abc import Awaitable, Callable, Mapping

from prometheus_client import CONTENT_TYPE_LATEST, generate_latest
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

Check = Callable[[], Awaitable[None]]
"""Returns if a part of Aether answers, and raises if it does not."""

PATIENCE_S = 3.0


def probe_routes(checks: Mapping[str, Check]) -> list[Route]:
    """`/healthz` tells that the process lives, `/readyz` that its parts answer, `/metrics` how it fares."""

    async def live(_: Request) -> Response:
        return JSONResponse({"status": "ok"})

    async def ready(_: Request) -> Response:
        parts = await checked(checks)
        well = all(fault is None for fault in parts.values())
        told = {name: "ok" if fault is None else "away" for name, fault in parts.items()}
        return JSONResponse({"status": "ok" if well else "away", "parts": told}, 200 if well else 503)

    async def metrics(_: Request) -> Response:
        return Response(generate_latest(), media_type=CONTENT_TYPE_LATEST)

    return [Route("/healthz", live), Route("/readyz", ready), Route("/metrics", metrics)]


async def checked(checks: Mapping[str, Check]) -> Mapping[str, str | None]:
    """What is wrong with each part, in words; none if it answers."""
    faults = await asyncio.gather(*map(_fault, checks.values()))
    return dict(zip(checks, faults, strict=True))


async def _fault(check: Check) -> str | None:
    try:
        async with asyncio.timeout(PATIENCE_S):
            await check()
    except TimeoutError:
        return f"does not answer within {PATIENCE_S:g} seconds"
    except Exception as fault:  # noqa: BLE001 - whatever it is, the part is not well
        return str(fault) or type(fault).__name__
    return None
