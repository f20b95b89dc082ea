"""The queue. arq is given `<job>:<attempt>` and nothing else; each attempt is a job of its own to it.

What arq remembers of an attempt lasts a day when its worker dies: the graph knows better, and
has it forgotten.
"""

from collections.abc import Iterator
from contextlib import contextmanager

from arq.connections import ArqRedis
from arq.constants import in_progress_key_prefix, job_key_prefix, result_key_prefix, retry_key_prefix
from redis.exceptions import RedisError
from typing_extensions import override

from aether.domain.errors import Unavailable
from aether.domain.jobs import JobId, Queue

QUEUE = "aether:jobs"
TASK = "run_job"


class QueueDown(Unavailable):
    """Redis does not answer."""

    code = "QUEUE_DOWN"

    def __init__(self) -> None:
        super().__init__("Workers cannot be woken for a moment.", retry_after_s=2.0)


class ArqQueue(Queue):
    """What wakes workers."""

    def __init__(self, redis: ArqRedis) -> None:
        self._redis = redis

    @override
    async def push(self, job: JobId, attempt: int) -> None:
        named = _named(job, attempt)
        with _told():
            await self._redis.enqueue_job(TASK, named, _job_id=named, _queue_name=QUEUE)

    @override
    async def renew(self, job: JobId, attempt: int) -> None:
        named = _named(job, attempt)
        with _told():
            if await self._redis.exists(in_progress_key_prefix + named, result_key_prefix + named):
                await self.forget(job, attempt)
        await self.push(job, attempt)

    @override
    async def forget(self, job: JobId, attempt: int) -> None:
        named = _named(job, attempt)
        with _told():
            await self._redis.zrem(QUEUE, named)
            await self._redis.delete(*(prefix + named for prefix in _PREFIXES))


_PREFIXES = (job_key_prefix, in_progress_key_prefix, retry_key_prefix, result_key_prefix)


def _named(job: JobId, attempt: int) -> str:
    return f"{job}:{attempt}"


@contextmanager
def _told() -> Iterator[None]:
    try:
        yield
    except (RedisError, OSError) as error:
        raise QueueDown from error
