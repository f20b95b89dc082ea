"""The worker."""

import asyncio
import os
import signal
from contextlib import suppress
from functools import partial

from aether.adapters.arq.worker import ArqWorker
from aether.bootstrap.parts import Outside, outside, relaying
from aether.domain.endings import ended
from aether.domain.errors import Unavailable
from aether.settings import Settings
from aether.workers.callbacks import deliver
from aether.workers.jobs import run_job, sweep
from aether.workers.trash import sweep_trash
from aether.workers.uploads import finish_uploads, sweep_uploads

NICENESS = 10
"""How far a worker stands back behind whoever waits for an answer."""


async def work(settings: Settings) -> None:
    """Run jobs until told to stop; those in hand are given back then.

    Whoever waits for an answer has the processor before us.
    """
    os.nice(NICENESS)
    told = asyncio.Event()
    for number in (signal.SIGINT, signal.SIGTERM):
        asyncio.get_running_loop().add_signal_handler(number, told.set)
    async with outside(settings) as opened, relaying(opened):
        ports = opened.worker_ports
        run = partial(run_job, {"ports": ports})
        worker = ArqWorker(opened.arq, opened.queue, run, slots=settings.worker_jobs)
        beside = (
            _loaded(opened),
            _tidied(opened),
            sweep(ports),
            sweep_uploads(ports),
            finish_uploads(ports),
            sweep_trash(ports),
            deliver(ports),
        )
        tasks = [asyncio.create_task(each) for each in (worker.run(), told.wait(), *beside)]
        try:
            await asyncio.wait(tasks[:2], return_when=asyncio.FIRST_COMPLETED)
        finally:
            await ended(*tasks)
        if not tasks[0].cancelled():
            tasks[0].result()


async def _tidied(opened: Outside) -> None:
    """Have removed what crashes left of files; the next start may do what this one cannot."""
    with suppress(Unavailable):
        await opened.blobs.sweep()


async def _loaded(opened: Outside) -> None:
    """Have loaded what the first text will need in the end; what cannot be, that text will say.

    Nobody waits for it: jobs are taken up meanwhile, and a file is read in another process first.
    """
    with suppress(Unavailable):
        await opened.embedder.start()
    await opened.vectors.load()
