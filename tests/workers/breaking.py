"""The outside as tests break it: real ports, of which one call goes wrong or is held up."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from typing import Any

from aether.domain.errors import Unavailable
from aether.domain.graph import Graph
from aether.domain.tenants import TenantId

Hook = Callable[[], Awaitable[None]]


class Crash(Exception):
    """What no code of ours expects."""


class Breaking:
    """*port*, whose first call of *broken* raises instead; every call is noted."""

    def __init__(self, port: Any, broken: str = "", error: Exception | None = None) -> None:
        self._port = port
        self._broken = broken
        self._error = error or Crash()
        self.calls: list[str] = []

    def __getattr__(self, name: str) -> Any:
        found = getattr(self._port, name)
        if not callable(found):
            return found

        def called(*args: Any, **kwargs: Any) -> Any:
            self.calls.append(name)
            if name == self._broken and self.calls.count(name) == 1:
                raise self._error
            return found(*args, **kwargs)

        return called


class Interrupted:
    """*port*, before whose first call of *name* something else happens."""

    def __init__(self, port: Any, name: str, meanwhile: Hook) -> None:
        self._port = port
        self._name = name
        self._meanwhile: Hook | None = meanwhile

    def __getattr__(self, name: str) -> Any:
        found = getattr(self._port, name)
        if name != self._name:
            return found

        async def called(*args: Any, **kwargs: Any) -> Any:
            meanwhile, self._meanwhile = self._meanwhile, None
            if meanwhile is not None:
                await meanwhile()
            return await found(*args, **kwargs)

        return called


class Answerless:
    """A graph that commits *lost* as it should, but whose answer gets lost the first time."""

    def __init__(self, graph: Graph, lost: Callable[..., Any], seen: list[str] | None = None) -> None:
        self._graph = graph
        self._lost = lost
        self.seen = [] if seen is None else seen

    def within(self, tenant: TenantId) -> Any:
        return Answerless(self._graph.within(tenant), self._lost, self.seen)

    async def read(self, use_case: Any, /, *args: Any, **kwargs: Any) -> Any:
        return await self._graph.read(use_case, *args, **kwargs)

    async def write(self, use_case: Any, /, *args: Any, **kwargs: Any) -> Any:
        answer = await self._graph.write(use_case, *args, **kwargs)
        if use_case is self._lost and use_case.__name__ not in self.seen:
            self.seen.append(use_case.__name__)
            raise Unavailable("The answer was lost.")
        return answer


class Slow:
    """A graph that takes *seconds* over each call of the use case *what*."""

    def __init__(self, graph: Graph, what: Callable[..., Any], *, seconds: float) -> None:
        self._graph = graph
        self._what = what
        self._seconds = seconds

    def within(self, tenant: TenantId) -> Any:
        return Slow(self._graph.within(tenant), self._what, seconds=self._seconds)

    async def read(self, use_case: Any, /, *args: Any, **kwargs: Any) -> Any:
        await asyncio.sleep(self._seconds if use_case is self._what else 0)
        return await self._graph.read(use_case, *args, **kwargs)

    async def write(self, use_case: Any, /, *args: Any, **kwargs: Any) -> Any:
        await asyncio.sleep(self._seconds if use_case is self._what else 0)
        return await self._graph.write(use_case, *args, **kwargs)


class Deaf:
    """*feed*, which hears nothing of what is told."""

    def __init__(self, feed: Any) -> None:
        self._feed = feed

    def __getattr__(self, name: str) -> Any:
        return getattr(self._feed, name)

    async def follow(self, *_: object, **__: object) -> AsyncIterator[Any]:
        await asyncio.Event().wait()
        yield


class Followed:
    """*port*, after whose first call of *name* something else happens."""

    def __init__(self, port: Any, name: str, then: Hook) -> None:
        self._port = port
        self._name = name
        self._then: Hook | None = then

    def __getattr__(self, name: str) -> Any:
        found = getattr(self._port, name)
        if name != self._name:
            return found

        async def called(*args: Any, **kwargs: Any) -> Any:
            answer = await found(*args, **kwargs)
            then, self._then = self._then, None
            if then is not None:
                await then()
            return answer

        return called
