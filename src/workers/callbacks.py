"""Delivering: what is due is sent, each delivery by whoever claims it first.

A host that is silent has few deliveries on their way at a time, however many are due: the others pass.
"""

import asyncio
from collections import Counter
from functools import partial

import structlog

from aether.domain import callbacks
from aether.domain.callbacks import Due
from aether.domain.errors import Unavailable
from aether.workers.context import Ports

DELIVERED_AT_A_TIME = 50
TOLD_AT_A_TIME = 5
"""How many deliveries one host is given at a time."""
LOOKED_AT_A_TIME = 500
PATIENCE_S = 1.0
"""How often it is looked for what is due, in seconds."""
BREATH_S = 0.1
"""How soon it is looked again once a delivery is over, in seconds."""
TIDIED_EVERY_S = 600.0
"""How often old deliveries are forgotten, in seconds."""
FORGOTTEN_AT_A_TIME = 1_000

_Running = dict[asyncio.Task[None], str]
"""The deliveries on their way, each with the host that is told."""

log = structlog.get_logger()


async def deliver(ports: Ports) -> None:
    """Deliver what is due, for ever; a receiver that is slow holds up nobody else."""
    loop = asyncio.get_running_loop()
    tidied_at = loop.time()
    running: _Running = {}
    try:
        while True:
            try:
                await _begin(ports, running)
                if loop.time() - tidied_at > TIDIED_EVERY_S:
                    tidied_at = loop.time()
                    await ports.graph.write(
                        callbacks.forget, now=ports.moment().now, limit=FORGOTTEN_AT_A_TIME
                    )
            except Unavailable as failure:
                log.warning("deliveries_wait", code=failure.code)
            except Exception:
                log.exception("deliveries_failed")
            await _rested(running)
    finally:
        for task in running:
            task.cancel()


async def deliver_once(ports: Ports) -> int:
    """Try what is due now; gives back how much that was."""
    running: _Running = {}
    begun = await _begin(ports, running)
    await asyncio.gather(*running)
    return begun


async def _begin(ports: Ports, running: _Running) -> int:
    """Begin to try what is due, beside what is *running* already; gives back how much that was."""
    before, told = len(running), Counter(running.values())
    if ports.sender is None or before >= DELIVERED_AT_A_TIME:
        return 0
    busy = [host for host, deliveries in told.items() if deliveries >= TOLD_AT_A_TIME]
    now = ports.moment().now
    for due in await ports.graph.read(callbacks.due, now=now, besides=busy, limit=LOOKED_AT_A_TIME):
        if told[due.host] < TOLD_AT_A_TIME and len(running) < DELIVERED_AT_A_TIME:
            told[due.host] += 1
            task = asyncio.create_task(_deliver(ports, due))
            running[task] = due.host
            task.add_done_callback(partial(_ended, running))
    return len(running) - before


async def _rested(running: _Running) -> None:
    """Wait until there may be room again, or it is time to look."""
    if not running:
        await asyncio.sleep(PATIENCE_S)
        return
    await asyncio.wait(running, timeout=PATIENCE_S, return_when=asyncio.FIRST_COMPLETED)
    await asyncio.sleep(BREATH_S)


def _ended(running: _Running, task: asyncio.Task[None]) -> None:
    running.pop(task, None)
    if not task.cancelled() and (fault := task.exception()) is not None:
        log.error("delivery_failed", fault=type(fault).__name__)


async def _deliver(ports: Ports, due: Due) -> None:
    graph = ports.graph.within(due.tenant)
    claimed = await graph.write(callbacks.claim, id=due.id, at=ports.moment())
    if claimed is None or ports.sender is None:
        return
    delivery, callback = claimed
    message = delivery.message(now=ports.moment().now)
    outcome = await ports.sender.send(message, url=callback.url, secret=callback.secret)
    settled = await graph.write(
        callbacks.settle, outcome, id=delivery.id, attempt=delivery.attempts, at=ports.moment()
    )
    log.info(
        "callback_tried",
        delivery=delivery.id,
        attempt=delivery.attempts,
        status=outcome.status,
        error=outcome.error,
        settled=settled and settled.status,
    )
