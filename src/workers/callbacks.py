"""Delivering: what is due is sent, each delivery by whoever claims it first."""

import asyncio
from functools import partial

import structlog

from aether.domain import callbacks
from aether.domain.callbacks import Delivery
from aether.domain.errors import Unavailable
from aether.workers.context import Ports

DELIVERED_AT_A_TIME = 50
PATIENCE_S = 1.0
"""How often it is looked for what is due, in seconds."""
TIDIED_EVERY_S = 600.0
"""How often old deliveries are forgotten, in seconds."""
FORGOTTEN_AT_A_TIME = 1_000

log = structlog.get_logger()


async def deliver(ports: Ports) -> None:
    """Deliver what is due, for ever; a receiver that is slow holds up nobody else."""
    loop = asyncio.get_running_loop()
    tidied_at = loop.time()
    running: set[asyncio.Task[None]] = set()
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
            await asyncio.sleep(PATIENCE_S)
    finally:
        for task in running:
            task.cancel()


async def deliver_once(ports: Ports) -> int:
    """Try what is due now; gives back how much that was."""
    running: set[asyncio.Task[None]] = set()
    begun = await _begin(ports, running)
    await asyncio.gather(*running)
    return begun


async def _begin(ports: Ports, running: set[asyncio.Task[None]]) -> int:
    """Begin to try what is due, beside what is *running* already; gives back how much that was."""
    room = DELIVERED_AT_A_TIME - len(running)
    if ports.sender is None or room < 1:
        return 0
    found = await ports.graph.read(callbacks.due, now=ports.moment().now, limit=room)
    for delivery in found:
        task = asyncio.create_task(_deliver(ports, delivery))
        running.add(task)
        task.add_done_callback(partial(_ended, running))
    return len(found)


def _ended(running: set[asyncio.Task[None]], task: asyncio.Task[None]) -> None:
    running.discard(task)
    if not task.cancelled() and (fault := task.exception()) is not None:
        log.error("delivery_failed", fault=type(fault).__name__)


async def _deliver(ports: Ports, due: Delivery) -> None:
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
