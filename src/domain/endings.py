"""Endings: tasks that are told to end do end, whatever is lost on the way.

One cancellation is not enough: Python 3.11 may lose it where it comes together with an answer
(`asyncio.wait_for`), and whoever waits for a task may be cancelled too.
"""

import asyncio
from collections.abc import Coroutine
from typing import Any, TypeVar

T = TypeVar("T")

INSIST_S = 0.5
"""How long after a cancellation the next one comes, in seconds."""


async def ended(*tasks: "asyncio.Task[Any]") -> None:
    """Cancel *tasks* until they have ended, also if we are cancelled meanwhile; how they ended is theirs."""
    await _seen_through({task for task in tasks if not task.done()}, insist=True)


async def seen_through(what: Coroutine[Any, Any, T]) -> T:
    """What *what* gives, which is run to its end, also if we are cancelled meanwhile."""
    task = asyncio.create_task(what)
    await _seen_through({task}, insist=False)
    return task.result()


async def _seen_through(tasks: "set[asyncio.Task[Any]]", *, insist: bool) -> None:
    lost: asyncio.CancelledError | None = None
    while tasks:
        if insist:
            for task in tasks:
                task.cancel()
        try:
            _, tasks = await asyncio.wait(tasks, timeout=INSIST_S if insist else None)
        except asyncio.CancelledError as cancelled:
            lost = cancelled
            tasks = {task for task in tasks if not task.done()}
    if lost is not None:
        raise lost
