"""Leases, on Redis keys that expire by themselves."""

from redis.asyncio import Redis
from redis.exceptions import RedisError
from typing_extensions import override

from aether.domain.errors import Unavailable
from aether.domain.jobs import JobId, Leases

_TAKE = """
local holder = redis.call('GET', KEYS[1])
if holder and holder ~= ARGV[1] then return 0 end
redis.call('SET', KEYS[1], ARGV[1], 'PX', ARGV[2])
return 1
"""
_RELEASE = "if redis.call('GET', KEYS[1]) == ARGV[1] then return redis.call('DEL', KEYS[1]) end return 0"


class LeasesDown(Unavailable):
    """Redis does not answer."""

    code = "LEASES_DOWN"

    def __init__(self) -> None:
        super().__init__("Jobs cannot be taken up for a moment.", retry_after_s=2.0)


class RedisLeases(Leases):
    """Who works on what right now."""

    def __init__(self, redis: Redis) -> None:
        self._redis = redis
        self._take = redis.register_script(_TAKE)
        self._release = redis.register_script(_RELEASE)

    @override
    async def take(self, job: JobId, attempt: int, *, seconds: float) -> bool:
        try:
            return bool(await self._take(keys=[_key(job)], args=[attempt, round(seconds * 1000)]))
        except (RedisError, OSError) as error:
            raise LeasesDown from error

    @override
    async def held(self, job: JobId) -> bool:
        try:
            return bool(await self._redis.exists(_key(job)))
        except (RedisError, OSError) as error:
            raise LeasesDown from error

    @override
    async def release(self, job: JobId, attempt: int) -> None:
        try:
            await self._release(keys=[_key(job)], args=[attempt])
        except (RedisError, OSError) as error:
            raise LeasesDown from error


def _key(job: JobId) -> str:
    return f"aether:lease:{job}"
