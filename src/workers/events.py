"""Handing events on: from the outbox to whoever listens, and to the workers they wake.

Several relays may run at once: an event is published once, in the order of the outbox.
"""

import asyncio
from dataclasses import replace

import structlog

from aether.domain import callbacks, events
from aether.domain.errors import Refused, Unavailable
from aether.domain.events import Event
from aether.domain.jobs import JobId, JobPriority, JobStatus, Ticket
from aether.workers.context import Ports

AT_A_TIME = 100
PATIENCE_S = 0.5
"""How long an event may lie in the outbox of a process that could not say so, in seconds."""

log = structlog.get_logger()


async def relay(ports: Ports, told: asyncio.Event) -> None:
    """Hand events on, as soon as *told* is set, for ever."""
    while True:
        try:
            handed_on = await relay_once(ports)
        except Unavailable as failure:
            log.warning("relay_waits", code=failure.code)
            handed_on = 0
            await asyncio.sleep(PATIENCE_S)
        except Exception:
            log.exception("relay_failed")
            handed_on = 0
            await asyncio.sleep(PATIENCE_S)
        if handed_on < AT_A_TIME:
            try:
                async with asyncio.timeout(PATIENCE_S):
                    await told.wait()
            except TimeoutError:
                pass
            told.clear()


async def relay_once(ports: Ports) -> int:
    """Hand the oldest events on; gives back how many there were."""
    found = await ports.graph.read(events.unsent, limit=AT_A_TIME)
    for event in found:
        await ports.feed.publish(event)
        if event.topic.startswith("job/"):
            await _line_up(ports, event)
            await _call_back(ports, event)
    if found:
        await ports.graph.write(events.forget, ids=[event.id for event in found])
    return len(found)


async def _call_back(ports: Ports, event: Event) -> None:
    if event.final:
        try:
            await ports.graph.within(event.tenant).write(callbacks.tell, event, at=ports.moment())
        except Refused as refusal:  # another relay was faster; events go on all the same
            log.warning("callbacks_not_told", job=event.payload["job"], code=refusal.code)


async def _line_up(ports: Ports, event: Event) -> None:
    """Have the job's attempt wait for its turn; what is over, and the attempt before, waits no longer."""
    told = event.payload
    now = Ticket(
        job=JobId(told["job"]),
        attempt=told["attempt"],
        tenant=event.tenant,
        priority=JobPriority(told.get("priority", JobPriority.NORMAL)),
    )
    status = JobStatus(told["status"])
    if status.over:
        await ports.queue.forget(now)
    elif status is not JobStatus.RUNNING:
        if now.attempt > 1:
            await ports.queue.forget(replace(now, attempt=now.attempt - 1))
        await ports.queue.push(now)
    else:
        return
    await ports.queue.hand_out()
