"""Sessions that ended before their tokens did, on Redis keys that outlive these tokens and no more."""

import structlog
from redis.asyncio import Redis
from redis.exceptions import RedisError
from typing_extensions import override

from aether.domain.identity import Sessions

log = structlog.get_logger()


class RedisSessions(Sessions):
    """What is known of sessions that ended."""

    def __init__(self, redis: Redis) -> None:
        self._redis = redis

    @override
    async def end(self, session: str, *, seconds: float) -> None:
        try:
            await self._redis.set(_key(session), "1", px=max(1, round(seconds * 1000)))
        except (RedisError, OSError):
            log.warning("session_end_not_noted")

    @override
    async def ended(self, session: str) -> bool:
        try:
            return bool(await self._redis.exists(_key(session)))
        except (RedisError, OSError):
            log.warning("sessions_away")
            return False


def _key(session: str) -> str:
    return f"aether:session-ended:{session}"
