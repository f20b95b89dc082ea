"""The maker of previews: a process for each, a few at a time, others in a short queue."""

import asyncio
import os
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import orjson
import structlog
from typing_extensions import override

from aether.adapters.extraction.children import MEMORY, cause_of_death, ended, started
from aether.adapters.extraction.frames import HEADER, framed, is_raw, length_of
from aether.domain.previews import Previewer, PreviewerBusy, PreviewMissing, PreviewUnsupported
from aether.domain.texts import FileUnreadable

log = structlog.get_logger()

AT_ONCE = 2
WAITING_MOST = 16
"""How many wait for their turn at most."""
PATIENCE_S = 10.0
"""How long anybody waits for their turn, in seconds."""
CPU_S = 15
WALL_S = 20.0


class ChildPreviewer(Previewer):
    """Makes each preview in a process of its own.

    Args:
        at_once: How many at a time.
        waiting: How many wait for their turn at most.
        patience_s: How long they wait, in seconds.
    """

    def __init__(
        self, *, at_once: int = AT_ONCE, waiting: int = WAITING_MOST, patience_s: float = PATIENCE_S
    ) -> None:
        self._turns = asyncio.Semaphore(at_once)
        self._waiting_most = waiting
        self._patience_s = patience_s
        self._waiting = 0

    @override
    async def preview(self, path: Path, *, content_type: str, page: int, width: int) -> bytes:
        order = {
            "path": str(path),
            "content_type": content_type,
            "preview": {"page": page, "width": width},
            "memory": MEMORY,
            "cpu_s": CPU_S,
            "parent": os.getpid(),
        }
        async with self._turn():
            child = await started()
            try:
                async with asyncio.timeout(WALL_S):
                    picture = await _asked(child, order)
            except TimeoutError:
                raise PreviewUnsupported("Making the picture takes too long.") from None
            except asyncio.IncompleteReadError:
                await child.wait()
                raise _refused(cause_of_death(-(child.returncode or 0))) from None
            finally:
                await asyncio.shield(ended(child))
        if picture is None:
            raise PreviewMissing(page)
        return picture

    @asynccontextmanager
    async def _turn(self) -> AsyncIterator[None]:
        """One of the few turns that there are."""
        if self._turns.locked() and self._waiting >= self._waiting_most:
            raise PreviewerBusy(retry_after_s=self._patience_s)
        self._waiting += 1
        try:
            async with asyncio.timeout(self._patience_s):
                await self._turns.acquire()
        except TimeoutError:
            raise PreviewerBusy(retry_after_s=self._patience_s) from None
        finally:
            self._waiting -= 1
        try:
            yield
        finally:
            self._turns.release()


async def _asked(child: asyncio.subprocess.Process, order: Mapping[str, Any]) -> bytes | None:
    """The picture that *order* asks for; none if there is no such page."""
    assert child.stdin
    assert child.stdout
    child.stdin.write(framed(order))
    header = await child.stdout.readexactly(HEADER)
    content = await child.stdout.readexactly(length_of(header))
    if is_raw(header):
        return content or None
    answer = orjson.loads(content)
    if "refused" in answer:
        raise PreviewUnsupported(answer["refused"][1])
    log.warning("previewer_failed", where=answer["failed"])
    raise PreviewUnsupported


def _refused(death: Exception) -> Exception:
    return PreviewUnsupported(str(death)) if isinstance(death, FileUnreadable) else death
