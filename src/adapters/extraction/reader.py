"""The reader of files: starts a process for each file, listens to it, and answers for its death."""

import asyncio
import os
import shutil
from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import suppress
from pathlib import Path
from typing import Any

import orjson
import structlog
from typing_extensions import override

from aether.adapters.extraction.children import cause_of_death, ended, started
from aether.adapters.extraction.frames import HEADER, framed, is_raw, length_of
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
    Member,
    MemberSpoiled,
    OnMember,
    OnStretch,
    Progress,
    Reader,
    Stretch,
)

log = structlog.get_logger()

MEMORY = 2**30
CPU_S = 120
WALL_S = 300.0
MEMBER_S = 3600.0
"""How long it may take to keep what comes in a file, which is not the file's fault, in seconds."""
_REFUSALS: dict[str, type[FileEmpty] | type[FileUnreadable]] = {
    refusal.code: refusal
    for refusal in (FileEmpty, FileBroken, FileEncrypted, FileMislabelled, FileTooComplex, FileUnsupported)
}


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
        on_member: OnMember | None = None,
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
            "members": on_member is not None,
        }
        child = await started()
        limit = asyncio.timeout(self._wall_s)
        try:
            async with limit:
                talk = _Conversation(
                    child, limit, on_progress=on_progress, on_stretch=on_stretch, on_member=on_member
                )
                answer = await talk.hold(order)
        except TimeoutError:
            if not limit.expired():
                raise
            raise FileTooComplex(f"Reading the file takes longer than {self._wall_s:g} seconds.") from None
        finally:
            await asyncio.shield(ended(child))
        return await asyncio.to_thread(_understood, answer, child.returncode)


class _Conversation:
    """What is said between a child and us, until its last answer.

    Args:
        limit: When it ends; pages that take OCR, and members that are kept, put it off.
    """

    def __init__(
        self,
        child: asyncio.subprocess.Process,
        limit: asyncio.Timeout,
        *,
        on_progress: Progress | None,
        on_stretch: OnStretch | None,
        on_member: OnMember | None,
    ) -> None:
        assert child.stdin
        assert child.stdout
        self._child = child
        self._asked = child.stdin
        self._answers = child.stdout
        self._limit = limit
        self._on_progress = on_progress
        self._on_stretch = on_stretch
        self._on_member = on_member
        self._slow = 0

    async def hold(self, order: Mapping[str, Any]) -> dict[str, Any] | None:
        """The last answer to *order*; none if the child died before."""
        with suppress(ConnectionError):  # If it is gone, it answers nothing.
            self._asked.write(framed(order))
            await self._asked.drain()
        try:
            while True:
                answer = orjson.loads(await self._frame())
                if not await self._heard(answer):
                    return answer  # type: ignore[no-any-return]
        except asyncio.IncompleteReadError:
            await self._child.wait()
            return None

    async def _frame(self) -> bytes:
        """The next frame; raw ones that nobody waited for are passed over."""
        while True:
            header = await self._answers.readexactly(HEADER)
            content = await self._answers.readexactly(length_of(header))
            if not is_raw(header):
                return content

    async def _heard(self, answer: Mapping[str, Any]) -> bool:
        """Whether more is to come after *answer*, which is passed on."""
        if "pages" in answer:
            self._slow = put_off(self._limit, self._slow, min(answer["slow"], PAGES_MOST))
            if self._on_progress:
                await self._on_progress(*answer["pages"])
        elif "stretch" in answer and self._on_stretch:
            await self._on_stretch(Stretch.unpacked(answer["stretch"]))
        elif "member" in answer and self._on_member:
            begun, at = asyncio.get_running_loop().time(), self._limit.when()
            if at is not None:
                self._limit.reschedule(at + MEMBER_S)
            with suppress(MemberSpoiled):
                await self._on_member(Member(**answer["member"]), self._member())
            if at is not None:
                self._limit.reschedule(at + asyncio.get_running_loop().time() - begun)
        else:
            return "spoiled" in answer
        return True

    async def _member(self) -> AsyncIterator[bytes]:
        """The bytes of the member that was announced."""
        while True:
            header = await self._answers.readexactly(HEADER)
            content = await self._answers.readexactly(length_of(header))
            if not is_raw(header):
                raise MemberSpoiled(orjson.loads(content)["spoiled"])
            if not content:
                return
            yield content


def put_off(limit: asyncio.Timeout, before: int, slow: int) -> int:
    """Put *limit* off for the pages that took OCR since there were *before* of them; gives their number."""
    at = limit.when()
    if at is not None and slow > before:
        limit.reschedule(at + (slow - before) * PAGE_S)
    return max(before, slow)


def _understood(answer: Mapping[str, Any] | None, returncode: int | None) -> Extracted:
    if answer is None:
        raise cause_of_death(-(returncode or 0))
    if "extracted" in answer:
        return Extracted.unpacked(answer["extracted"])
    if "refused" in answer:
        code, message = answer["refused"]
        raise _REFUSALS[code](message)
    log.warning("reader_failed", where=answer["failed"])
    raise FileBroken("The file is damaged in a way that no reader here understands.")
