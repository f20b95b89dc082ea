"""Sweeping: what nobody finished in time is forgotten, bytes and all."""

import asyncio

import structlog

from aether.domain.errors import Unavailable
from aether.workers.context import Ports

SWEEP_S = 60.0

log = structlog.get_logger()


async def sweep_uploads(ports: Ports) -> None:
    """Forget expired uploads, for ever."""
    while True:
        try:
            if swept := await ports.receiver.sweep():
                log.info("uploads_swept", uploads=swept)
        except Unavailable as failure:
            log.warning("uploads_sweep_waits", code=failure.code)
        except Exception:
            log.exception("uploads_sweep_failed")
        await asyncio.sleep(SWEEP_S)
