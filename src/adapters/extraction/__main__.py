"""The process that reads one file and ends: an order comes in as a frame, answers go out as frames."""

import importlib
import os
import sys
import time
import traceback
from collections.abc import Mapping
from io import RawIOBase
from pathlib import Path
from typing import Any

import orjson

from aether.adapters.extraction.confinement import confine, grant
from aether.adapters.extraction.formats import OnPage, Source
from aether.adapters.extraction.frames import HEADER, framed, length_of, raw
from aether.adapters.extraction.kinds import kind_of
from aether.adapters.extraction.members import Members, Tell
from aether.adapters.extraction.stretches import Stretches
from aether.domain.blobs import FileEmpty
from aether.domain.texts import Extracted, FileTooComplex, FileUnreadable, Stretch

EVERY_S = 0.1
"""How often at most progress is told, in seconds."""
OCR_CPU_S = 1
"""How much more processor time a page that takes OCR gives its file, in seconds: for the picture of it."""


class _Answers:
    """Where frames go out."""

    def __init__(self, stream: RawIOBase) -> None:
        self._stream = stream

    def __call__(self, message: Mapping[str, Any] | bytes) -> None:
        """Tell a message, or hand out raw bytes."""
        rest = memoryview(raw(message) if isinstance(message, bytes) else framed(message))
        while rest:
            rest = rest[self._stream.write(rest) or 0 :]


def main() -> None:
    """Read the file that the order names."""
    answers = os.fdopen(os.dup(1), "wb", buffering=0)
    os.dup2(2, 1)  # Whatever a library prints must not get between the frames.
    tell = _Answers(answers)
    order = orjson.loads(sys.stdin.buffer.read(length_of(sys.stdin.buffer.read(HEADER))))
    confine(memory=order["memory"], cpu_s=order["cpu_s"], parent=order["parent"])
    tell(_answer(order, tell))


def _answer(order: Mapping[str, Any], tell: Tell) -> dict[str, Any] | bytes:
    Path(order["path"]).stat()  # That there is no file is not the file's fault: end without an answer.
    try:
        return _preview(order) if "preview" in order else _read(order, tell)
    except (FileEmpty, FileUnreadable) as refusal:
        return {"refused": [refusal.code, refusal.message]}
    except MemoryError:
        return {"refused": [FileTooComplex.code, "Reading the file takes more memory than a file may have."]}
    except RecursionError:
        return {"refused": [FileTooComplex.code, "The file nests deeper than a file may."]}
    except Exception as error:  # noqa: BLE001 - a hostile file may raise anything
        return {"failed": _where(error)}


def _preview(order: Mapping[str, Any]) -> bytes:
    """The picture that is asked for; nothing if there is no such page."""
    from aether.adapters.extraction.previews import preview

    source = Source(path=Path(order["path"]), content_type=order["content_type"], on_page=_unheard)
    return preview(source, **order["preview"]) or b""


def _unheard(done: int, of: int, /, slow: int = 0) -> None:
    """Tell nobody."""


def _read(order: Mapping[str, Any], tell: Tell) -> dict[str, Any]:
    path = Path(order["path"])
    kind = kind_of(path, name=order["name"], content_type=order["content_type"])
    reader = importlib.import_module(f"aether.adapters.extraction.{kind.module}")
    source = Source(
        path=path,
        content_type=kind.content_type,
        on_page=_throttled(tell),
        name=order["name"],
        stretches=_stretches(order, tell),
        ocr=order["ocr"],
        members=Members(path.stat().st_size, tell=tell if order["members"] else None),
    )
    extracted: Extracted = reader.read(source)
    for line in extracted.lines():
        tell({"line": line})
    return {"extracted": True}


def _stretches(order: Mapping[str, Any], tell: Tell) -> Stretches:
    def give(stretch: Stretch) -> None:
        tell({"stretch": stretch.packed()})

    before = [Stretch.unpacked(row) for row in order["read_before"]]
    return Stretches(before, give=give if order["stretches"] else None)


def _throttled(tell: Tell) -> OnPage:
    told_at = 0.0
    seen = 0

    def on_page(done: int, total: int, /, slow: int = 0) -> None:
        nonlocal told_at, seen
        if slow > seen:
            grant((slow - seen) * OCR_CPU_S)
            seen = slow
        now = time.monotonic()
        if done == total or now - told_at >= EVERY_S:
            told_at = now
            tell({"pages": [done, total], "slow": slow})

    return on_page


def _where(error: Exception) -> str:
    """The class of *error* and the lines it came through; its message might hold the document's text."""
    frames = traceback.extract_tb(error.__traceback__)
    through = " < ".join(f"{Path(it.filename).name}:{it.lineno}" for it in reversed(frames[-5:]))
    return f"{type(error).__name__} at {through}"


if __name__ == "__main__":
    main()
