"""Delivering: what is due is sent, each delivery by whoever claims it first."""

import asyncio

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
    """Deliver what is due, for ever."""
    loop = asyncio.get_running_loop()
    tidied_at = loop.time()
    while True:
        tried = 0
        try:
            tried = await deliver_once(ports)
            if loop.time() - tidied_at > TIDIED_EVERY_S:
                tidied_at = loop.time()
                await ports.graph.write(callbacks.forget, now=ports.moment().now, limit=FORGOTTEN_AT_A_TIME)
        except Unavailable as failure:
            log.warning("deliveries_wait", code=failure.code)
        except Exception:
            log.exception("deliveries_failed")
        if tried < DELIVERED_AT_A_TIME:
            await asyncio.sleep(PATIENCE_S)


async def deliver_once(ports: Ports) -> int:
    """Try what is due now; gives back how much that was."""
    if ports.sender is None:
        return 0
    found = await ports.graph.read(callbacks.due, now=ports.moment().now, limit=DELIVERED_AT_A_TIME)
    ends = await asyncio.gather(*(_deliver(ports, delivery) for delivery in found), return_exceptions=True)
    for end in ends:
        if isinstance(end, BaseException):
            raise end
    return len(found)


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
