"""Reports of the document processor, on Redis: noted where any process may hear them."""

import asyncio
import zlib

import orjson
from redis.asyncio import Redis
from redis.exceptions import RedisError
from typing_extensions import override

from aether.domain.errors import Unavailable
from aether.domain.processing import Noted, Phase, ProcessingId, Report, Reports

KEPT_S = 7 * 86_400
"""How long a report is kept that nobody fetches, in seconds."""

_NOTE = """
local known = redis.call('HGET', KEYS[1], 'rank')
if not known then return 'unknown' end
if tonumber(known) >= tonumber(ARGV[1]) then return 'old' end
redis.call('HSET', KEYS[1], 'rank', ARGV[1], 'told', ARGV[2])
return 'new'
"""
_NOTHING_YET = -1
_NOTHING_MORE = 1_000_000


class ReportsDown(Unavailable):
    """Redis does not answer."""

    code = "REPORTS_DOWN"

    def __init__(self) -> None:
        super().__init__("What the document processor says is not heard for a moment.", retry_after_s=2.0)


class RedisReports(Reports):
    """Where reports are noted."""

    def __init__(self, redis: Redis) -> None:
        self._redis = redis
        self._note = redis.register_script(_NOTE)

    @override
    async def expect(self, id: ProcessingId, *, key: str) -> None:
        try:
            async with self._redis.pipeline(transaction=True) as both:
                both.hset(_report(id), "rank", str(_NOTHING_YET))
                both.hdel(_report(id), "told")
                both.expire(_report(id), KEPT_S)
                both.set(_begun(key), id, ex=KEPT_S)
                await both.execute()
        except (RedisError, OSError) as error:
            raise ReportsDown from error

    @override
    async def begun(self, key: str) -> ProcessingId | None:
        try:
            found = await self._redis.get(_begun(key))
        except (RedisError, OSError) as error:
            raise ReportsDown from error
        return None if found is None else ProcessingId(found.decode())

    @override
    async def note(self, id: ProcessingId, report: Report) -> Noted:
        told = await asyncio.to_thread(_packed, report)
        try:
            noted = await self._note(keys=[_report(id)], args=[report.rank, told])
        except (RedisError, OSError) as error:
            raise ReportsDown from error
        return Noted(noted.decode())

    @override
    async def latest(self, id: ProcessingId) -> Report | None:
        try:
            told = await self._redis.hget(_report(id), "told")  # type: ignore[misc]
        except (RedisError, OSError) as error:
            raise ReportsDown from error
        if told is None:
            return None
        return await asyncio.to_thread(_unpacked, told)

    @override
    async def close(self, key: str) -> None:
        id = await self.begun(key)
        if id is None:
            return
        try:
            async with self._redis.pipeline(transaction=True) as both:
                both.delete(_begun(key))
                both.hset(_report(id), "rank", str(_NOTHING_MORE))
                both.hdel(_report(id), "told")
                both.expire(_report(id), KEPT_S)
                await both.execute()
        except (RedisError, OSError) as error:
            raise ReportsDown from error


def _packed(report: Report) -> bytes:
    told = [report.phase.value, report.progress, report.result, report.failure]
    return zlib.compress(orjson.dumps(told), 1)


def _unpacked(told: bytes) -> Report:
    phase, progress, result, failure = orjson.loads(zlib.decompress(told))
    return Report(phase=Phase(phase), progress=progress, result=result, failure=failure)


def _report(id: ProcessingId) -> str:
    return f"aether:processing:report:{id}"


def _begun(key: str) -> str:
    return f"aether:processing:begun:{key}"
