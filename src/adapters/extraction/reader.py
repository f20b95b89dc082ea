"""The reader of files: starts a process for each file, listens to it, and answers for its death."""

import asyncio
import os
import shutil
import signal
import sys
from collections.abc import Mapping, Sequence
from contextlib import suppress
from pathlib import Path
from typing import Any

import orjson
import structlog
from typing_extensions import override

from aether.adapters.extraction.frames import HEADER, framed, length_of
from aether.adapters.extraction.ocr import PAGE_S, PAGES_MOST
from aether.domain.blobs import FileEmpty
from aether.domain.texts import (
    Extracted,
    FileBroken,
    FileEncrypted,
    FileMislabelled,
    FileTooComplex,
    FileUnreadable,
    FileUnsupported,
    OnStretch,
    Progress,
    Reader,
    ReaderDown,
    Stretch,
)

log = structlog.get_logger()

MEMORY = 2**30
CPU_S = 120
WALL_S = 300.0
GRACE_S = 2.0
"""How long a process that is told to end may take, in seconds."""

_REFUSALS: dict[str, type[FileEmpty] | type[FileUnreadable]] = {
    refusal.code: refusal
    for refusal in (FileEmpty, FileBroken, FileEncrypted, FileMislabelled, FileTooComplex, FileUnsupported)
}
_CRASHES = {signal.SIGSEGV, signal.SIGBUS, signal.SIGABRT, signal.SIGILL, signal.SIGFPE, signal.SIGTRAP}
_EXHAUSTED = {signal.SIGKILL, signal.SIGXCPU}
_COMMAND = (sys.executable, "-m", "aether.adapters.extraction")


class ChildReader(Reader):
    """Reads each file in a process of its own.

    Args:
        memory: How much memory a file may take, in bytes.
        cpu_s: How much processor time, in seconds.
        wall_s: How long it may take altogether, in seconds, pages not counted that take OCR.
        ocr_languages: The languages in which pictures are read, as Tesseract writes them.
        tesseract: The program that reads them; found on the path if it is not named, and empty for none.
    """

    def __init__(
        self,
        *,
        memory: int = MEMORY,
        cpu_s: int = CPU_S,
        wall_s: float = WALL_S,
        ocr_languages: str = "eng",
        tesseract: str | None = None,
    ) -> None:
        self._memory = memory
        self._cpu_s = cpu_s
        self._wall_s = wall_s
        program = shutil.which("tesseract") if tesseract is None else tesseract
        self._ocr = {"program": program, "languages": ocr_languages}

    @override
    async def read(
        self,
        path: Path,
        *,
        name: str,
        content_type: str | None,
        on_progress: Progress | None = None,
        read_before: Sequence[Stretch] = (),
        on_stretch: OnStretch | None = None,
    ) -> Extracted:
        order = {
            "path": str(path),
            "name": name,
            "content_type": content_type,
            "memory": self._memory,
            "cpu_s": self._cpu_s,
            "parent": os.getpid(),
            "read_before": [stretch.packed() for stretch in read_before],
            "stretches": on_stretch is not None,
            "ocr": self._ocr,
        }
        child = await _started()
        limit = asyncio.timeout(self._wall_s)
        try:
            async with limit:
                answer = await _asked(child, order, limit, on_progress, on_stretch)
        except TimeoutError:
            if not limit.expired():
                raise
            raise FileTooComplex(f"Reading the file takes longer than {self._wall_s:g} seconds.") from None
        finally:
            await asyncio.shield(_ended(child))
        return _understood(answer, child.returncode)


async def _started() -> asyncio.subprocess.Process:
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


async def _asked(
    child: asyncio.subprocess.Process,
    order: Mapping[str, Any],
    limit: asyncio.Timeout,
    on_progress: Progress | None,
    on_stretch: OnStretch | None,
) -> dict[str, Any] | None:
    """The last answer of *child*; none if it died before. Pages that take OCR put *limit* off."""
    slow = 0
    assert child.stdin
    assert child.stdout
    try:
        child.stdin.write(framed(order))
        await child.stdin.drain()
        while True:
            header = await child.stdout.readexactly(HEADER)
            answer: dict[str, Any] = orjson.loads(await child.stdout.readexactly(length_of(header)))
            if "stretch" in answer and on_stretch:
                await on_stretch(Stretch.unpacked(answer["stretch"]))
            elif "pages" not in answer:
                return answer
            else:
                slow = _put_off(limit, slow, min(answer["slow"], PAGES_MOST))
                if on_progress:
                    await on_progress(*answer["pages"])
    except (asyncio.IncompleteReadError, ConnectionError):
        await child.wait()
        return None


def _put_off(limit: asyncio.Timeout, before: int, slow: int) -> int:
    """Put *limit* off for the pages that took OCR since there were *before* of them."""
    at = limit.when()
    if at is not None and slow > before:
        limit.reschedule(at + (slow - before) * PAGE_S)
    return max(before, slow)


async def _ended(child: asyncio.subprocess.Process) -> None:
    """See *child* out, and whatever it began."""
    if child.returncode is None and child.stdin:
        child.stdin.close()
        _signal(child, signal.SIGTERM)
        try:
            await asyncio.wait_for(child.wait(), GRACE_S)
        except TimeoutError:
            _signal(child, signal.SIGKILL)
            await child.wait()


def _signal(child: asyncio.subprocess.Process, number: signal.Signals) -> None:
    """Send a signal to *child* and its children: they are a group of their own."""
    with suppress(ProcessLookupError):
        os.killpg(child.pid, number)


def _understood(answer: Mapping[str, Any] | None, returncode: int | None) -> Extracted:
    if answer is None:
        raise _cause_of_death(-(returncode or 0))
    if "extracted" in answer:
        return Extracted.unpacked(answer["extracted"])
    if "refused" in answer:
        code, message = answer["refused"]
        raise _REFUSALS[code](message)
    log.warning("reader_failed", where=answer["failed"])
    raise FileBroken("The file is damaged in a way that no reader here understands.")


def _cause_of_death(number: int) -> FileUnreadable | ReaderDown:
    """What it means that the process died of a signal; 0 and below: it ended by itself, without an answer."""
    log.warning("reader_died", signal=number)
    if number in _CRASHES:
        return FileBroken("The file is damaged so that its reader crashes.")
    if number in _EXHAUSTED:
        return FileTooComplex("Reading the file takes more time or memory than a file may have.")
    return ReaderDown("The process that read the file was stopped.")
