"""Erasing: what lay in the trash for long enough, or was given up, and what it leaves outside the graph."""

import asyncio
from collections.abc import Iterable
from datetime import datetime

import structlog

from aether.domain import trash
from aether.domain.blobs import BlobKey
from aether.domain.documents import DocumentId
from aether.domain.errors import Unavailable
from aether.domain.notebooks import NotebookId
from aether.domain.trash import SETTLED, Due, Leftover, LeftoverKind
from aether.workers.context import Ports

SWEEP_S = 60.0
AT_A_TIME = 200

log = structlog.get_logger()


async def sweep_trash(ports: Ports) -> None:
    """Erase what is due, for ever."""
    while True:
        try:
            if erased := await sweep_once(ports):
                log.info("trash_swept", erased=erased)
        except Unavailable as failure:
            log.warning("trash_sweep_waits", code=failure.code)
        except Exception:
            log.exception("trash_sweep_failed")
        await asyncio.sleep(SWEEP_S)


async def sweep_once(ports: Ports) -> int:
    """Erase what is due, and what erased documents left; gives the number of documents and notebooks."""
    before = None if ports.trash_lasts is None else ports.moment().now - ports.trash_lasts
    erased, held = 0, (0, 0)
    while True:
        documents, notebooks = await ports.graph.read(trash.due, before=before, skip=held, limit=AT_A_TIME)
        gone = await _erased(ports, documents, before=before)
        emptied = [await _emptied(ports, notebook, before=before) for notebook in notebooks]
        erased += gone + sum(emptied)
        # What is under legal hold stays first; the next look is at what comes behind it.
        held = (held[0] + len(documents) - gone, held[1] + sum(many == 0 for many in emptied))
        if max(len(documents), len(notebooks)) < AT_A_TIME:
            break
    await let_go(ports)
    return erased


async def let_go(ports: Ports) -> None:
    """Remove what erased documents left outside the graph; blobs to which something points stay."""
    now = ports.moment().now
    while found := await ports.graph.read(trash.leftovers, now=now, limit=AT_A_TIME):
        for leftover in found:
            gone = await _let_go(ports, leftover)
            again = None if gone else now + SETTLED
            await ports.graph.within(leftover.tenant).write(trash.settled, leftover, again=again)


async def _let_go(ports: Ports, leftover: Leftover) -> bool:
    if leftover.kind is LeftoverKind.VECTORS:
        await ports.vectors.remove(leftover.tenant, leftover.key)
        return True
    key = BlobKey(leftover.key)
    if await ports.graph.read(trash.pointed, keys=[key]):
        return True
    # Whoever brings the same bytes right now has not said yet that a document points to them.
    return await ports.blobs.remove(key, before=ports.moment().now - SETTLED)


async def _erased(ports: Ports, found: Iterable[Due], *, before: datetime | None) -> int:
    erased = 0
    for due in found:
        graph, id = ports.graph.within(due.tenant), DocumentId(due.id)
        while await graph.write(trash.shrink, id=id, before=before):
            pass
        erased += await graph.write(trash.erase, id=id, before=before, tenant=due.tenant, at=ports.moment())
    return erased


async def _emptied(ports: Ports, notebook: Due, *, before: datetime | None) -> int:
    """Erase a notebook with what is in it, a document at a time, so that it can be begun again anywhere."""
    graph, id = ports.graph.within(notebook.tenant), NotebookId(notebook.id)
    erased = 0
    while inside := await graph.read(trash.documents_in, notebook=id, limit=AT_A_TIME):
        now = await _erased(ports, [Due(id=it, tenant=notebook.tenant) for it in inside], before=before)
        if now == 0:
            return erased
        erased += now
    return erased + await graph.write(trash.erase_notebook, id=id, before=before)
