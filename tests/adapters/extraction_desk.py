"""A desk: where tests put bytes, and have them read."""

import ctypes
import os
from collections.abc import Mapping
from contextlib import suppress
from pathlib import Path
from typing import Any

from aether.adapters.extraction.__main__ import _answer
from aether.adapters.extraction.reader import ChildReader
from aether.domain.texts import BlockKind, Extracted, Role

HEADING, PARAGRAPH, ITEM, TABLE, CODE = (
    BlockKind.HEADING,
    BlockKind.PARAGRAPH,
    BlockKind.LIST_ITEM,
    BlockKind.TABLE,
    BlockKind.CODE,
)


class Desk:
    """Puts bytes into a file, and has it read."""

    def __init__(self, folder: Path) -> None:
        self.path = folder / "blob"
        self.reader = ChildReader()

    async def read(self, data: bytes, name: str, content_type: str | None = None) -> Extracted:
        self.path.write_bytes(data)
        return await self.reader.read(self.path, name=name, content_type=content_type)

    def answer(self, data: bytes, name: str) -> Mapping[str, Any]:
        """What the process that reads would answer, found without starting one; what it read is whole."""
        self.path.write_bytes(data)
        order: dict[str, Any] = {
            "path": str(self.path),
            "name": name,
            "content_type": None,
            "parent": os.getpid(),
            "read_before": [],
            "stretches": False,
            "ocr": None,
            "members": False,
        }
        told: list[Mapping[str, Any] | bytes] = []
        answer = _answer(order, told.append)
        assert not isinstance(answer, bytes)
        lines = [it["line"] for it in told if isinstance(it, Mapping) and "line" in it]
        return {"extracted": Extracted.of_lines(lines).packed()} if "extracted" in answer else answer


def blocks(said: Extracted) -> list[tuple[BlockKind, int | None, str]]:
    return [(block.kind, block.level, block.of(said.text)) for block in said.blocks]


def roles(said: Extracted) -> list[tuple[Role, int | None, str]]:
    return [(block.role, block.page, block.of(said.text)) for block in said.blocks]


def unpacks() -> bool:
    """Whether libarchive is installed."""
    with suppress(OSError):
        return bool(ctypes.CDLL("libarchive.so.13"))
    return False
