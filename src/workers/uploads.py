"""Uploads after the answer: large ones are finished, and what nobody finished in time is forgotten."""

import asyncio
from contextlib import suppress

import structlog

from aether.domain.endings import ended, seen_through
from aether.domain.errors import Unavailable
from aether.domain.finishing import Finisher
from aether.domain.jobs import JobId
from aether.domain.uploads import Upload
from aether.workers.context import Ports

SWEEP_S = 60.0
LOOK_S = 1.0
"""How often it is looked for what is to be finished, in seconds."""
FINISHED_AT_ONCE = 4
"""How many uploads one worker finishes at a time; each keeps a part of a processor and the network busy."""
FINISHED_WITHIN_S = 86_400.0
"""For how long an upload that is being finished does not expire, in seconds."""
FOUND_AT_A_TIME = 100

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


async def finish_uploads(ports: Ports) -> None:
    """Finish what is to be finished, for ever; a large file holds up no other."""
    running: set[asyncio.Task[None]] = set()
    try:
        while True:
            try:
                await _begin(ports, running)
            except Unavailable as failure:
                log.warning("uploads_wait", code=failure.code)
            except Exception:
                log.exception("uploads_finish_failed")
            await asyncio.sleep(LOOK_S)
    finally:
        await ended(*running)


async def finish_once(ports: Ports) -> int:
    """Finish what is to be finished now, as far as nobody else does; gives back how much that was."""
    running: set[asyncio.Task[None]] = set()
    await _begin(ports, running)
    begun = len(running)
    await asyncio.gather(*running)
    return begun


async def _begin(ports: Ports, running: set[asyncio.Task[None]]) -> None:
    """Begin to finish what nobody else finishes, beside what is *running* already."""
    room = FINISHED_AT_ONCE - len(running)
    if ports.finisher is None or room < 1:
        return
    for upload in await ports.finisher.due(limit=FOUND_AT_A_TIME):
        holder = int.from_bytes(ports.moment().seed[:6], "big")
        if not await ports.leases.take(JobId(upload.id), holder, seconds=ports.lease_s):
            continue
        task = asyncio.create_task(_finish(ports, ports.finisher, upload, holder))
        running.add(task)
        task.add_done_callback(running.discard)
        room -= 1
        if room == 0:
            return


async def _finish(ports: Ports, finisher: Finisher, upload: Upload, holder: int) -> None:
    """Finish an upload whose lease we hold; what cannot be done now is looked at again soon."""
    try:
        await _held(ports, finisher, upload, holder)
        log.info("upload_finish_over", upload=upload.id)
    except Unavailable as failure:
        log.warning("upload_waits", upload=upload.id, code=failure.code)
    except Exception:
        log.exception("upload_finish_failed", upload=upload.id)
    finally:
        await seen_through(_let_go(ports, upload, holder))


async def _held(ports: Ports, finisher: Finisher, upload: Upload, holder: int) -> None:
    """Finish the upload while its lease is kept, and no longer than anybody wants it."""
    working = asyncio.create_task(finisher.finish(upload))
    keeping = asyncio.create_task(_keep(ports, finisher, upload, holder))
    try:
        await asyncio.wait({working, keeping}, return_when=asyncio.FIRST_COMPLETED)
    finally:
        await ended(working, keeping)
    for task in (working, keeping):
        if not task.cancelled():
            task.result()


async def _keep(ports: Ports, finisher: Finisher, upload: Upload, holder: int) -> None:
    """Keep the lease, and the upload from expiring, if it takes no longer than anything may.

    Return when somebody else holds the lease, or nobody wants the upload any more.
    """
    loop = asyncio.get_running_loop()
    until = loop.time() + FINISHED_WITHIN_S
    while True:
        await asyncio.sleep(ports.lease_s / 6)
        with suppress(Unavailable):
            if not await ports.leases.take(JobId(upload.id), holder, seconds=ports.lease_s):
                return
            if await finisher.given_up(upload):
                return
            if loop.time() < until:
                upload = await finisher.prolonged(upload)


async def _let_go(ports: Ports, upload: Upload, holder: int) -> None:
    with suppress(Unavailable):
        await ports.leases.release(JobId(upload.id), holder)
