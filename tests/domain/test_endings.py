import asyncio
from contextlib import suppress

import pytest

from aether.domain import endings
from aether.domain.endings import ended, seen_through


async def deaf(times: int) -> None:
    """Lose so many cancellations."""
    for _ in range(times):
        with suppress(asyncio.CancelledError):
            await asyncio.sleep(60)
    await asyncio.sleep(60)


async def test_a_task_that_loses_cancellations_is_ended_all_the_same(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(endings, "INSIST_S", 0.01)
    task, other = asyncio.create_task(deaf(3)), asyncio.create_task(asyncio.sleep(60))
    await asyncio.sleep(0)

    await asyncio.wait_for(ended(task, other), 5)

    assert task.cancelled()
    assert other.cancelled()


async def test_whoever_ends_a_task_sees_it_end_before_it_is_cancelled_itself(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(endings, "INSIST_S", 0.05)
    task = asyncio.create_task(deaf(2))
    await asyncio.sleep(0)
    ending = asyncio.create_task(ended(task))
    await asyncio.sleep(0)

    ending.cancel()
    with pytest.raises(asyncio.CancelledError):
        await asyncio.wait_for(ending, 5)

    assert task.cancelled()


async def test_what_is_seen_through_is_done_however_often_one_is_cancelled() -> None:
    done: list[str] = []

    async def work() -> str:
        await asyncio.sleep(0.05)
        done.append("done")
        return "done"

    waiting = asyncio.create_task(seen_through(work()))
    for _ in range(3):
        await asyncio.sleep(0.005)
        waiting.cancel()
    with pytest.raises(asyncio.CancelledError):
        await waiting

    assert done == ["done"]
    assert await seen_through(work()) == "done"


async def test_what_fails_fails_for_whoever_sees_it_through() -> None:
    async def work() -> None:
        raise LookupError

    with pytest.raises(LookupError):
        await seen_through(work())
