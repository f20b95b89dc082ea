"""Children: the processes that read one file each, how they begin and how they end."""

import asyncio
import os
import signal
import sys
from contextlib import suppress

import structlog

from aether.domain.texts import FileBroken, FileTooComplex, FileUnreadable, ReaderDown

log = structlog.get_logger()

MEMORY = 2**30
GRACE_S = 2.0
"""How long a process that is told to end may take, in seconds."""

_CRASHES = {signal.SIGSEGV, signal.SIGBUS, signal.SIGABRT, signal.SIGILL, signal.SIGFPE, signal.SIGTRAP}
_EXHAUSTED = {signal.SIGKILL, signal.SIGXCPU}
_COMMAND = (sys.executable, "-m", "aether.adapters.extraction")


async def started() -> asyncio.subprocess.Process:
    """A fresh process, which gets none of our environment but the way to our code."""
    environment = {
        "PYTHONPATH": os.pathsep.join(filter(None, sys.path)),
        "PYTHONSAFEPATH": "1",
        "PYTHONDONTWRITEBYTECODE": "1",
        "LC_ALL": "C.UTF-8",
    }
    try:
        return await asyncio.create_subprocess_exec(
            *_COMMAND,
            stdin=asyncio.subprocess.PIPE,
            stdout=asyncio.subprocess.PIPE,
            stderr=asyncio.subprocess.DEVNULL,
            env=environment,
            limit=2**20,
            start_new_session=True,
        )
    except OSError as error:
        raise ReaderDown("No process can be started to read the file.") from error


async def ended(child: asyncio.subprocess.Process) -> None:
    """See *child* out, and whatever it began."""
    if child.returncode is None and child.stdin:
        child.stdin.close()
        _signal(child, signal.SIGTERM)
        try:
            await asyncio.wait_for(child.wait(), GRACE_S)
        except TimeoutError:
            _signal(child, signal.SIGKILL)
            await child.wait()
    while child.stdout and await child.stdout.read(2**20):
        pass  # What nobody waited for: the pipe closes at its end.


def _signal(child: asyncio.subprocess.Process, number: signal.Signals) -> None:
    """Send a signal to *child* and its children: they are a group of their own."""
    with suppress(ProcessLookupError):
        os.killpg(child.pid, number)


def cause_of_death(number: int) -> FileUnreadable | ReaderDown:
    """What it means that the process died of a signal; 0 and below: it ended by itself, without an answer."""
    log.warning("reader_died", signal=number)
    if number in _CRASHES:
        return FileBroken("The file is damaged so that its reader crashes.")
    if number in _EXHAUSTED:
        return FileTooComplex("Reading the file takes more time or memory than a file may have.")
    return ReaderDown("The process that read the file was stopped.")
