"""The queue. arq is given `<job>:<attempt>` and nothing else; each attempt is a job of its own to it."""

from arq.connections import ArqRedis
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
        named = f"{job}:{attempt}"
        try:
            await self._redis.enqueue_job(TASK, named, _job_id=named, _queue_name=QUEUE)
        except (RedisError, OSError) as error:
            raise QueueDown from error
