"""Compound files: the streams in which an old Office kept its documents ([MS-CFB])."""

from contextlib import suppress
from datetime import UTC, datetime
from pathlib import Path
from types import TracebackType
from typing import Any, Self

import olefile  # type: ignore[import-untyped]

from aether.adapters.extraction.charsets import decode
from aether.domain.texts import FileBroken

LIBRARY = f"olefile {olefile.__version__}"

_TOLD = {"title": "title", "author": "author", "create_time": "created", "last_saved_time": "modified"}
_SPENT = (MemoryError, RecursionError)
"""What is no damage."""


class Compound:
    """An open compound file.

    Raises:
        FileBroken: Its directory is damaged.
    """

    def __init__(self, path: Path) -> None:
        try:
            self._file: Any = olefile.OleFileIO(path)
        except _SPENT:
            raise
        except Exception as error:
            # What a damaged directory makes olefile raise has no bounds.
            raise FileBroken("The document is damaged.") from error

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._file.close()

    def has(self, name: str) -> bool:
        """Whether there is such a stream."""
        return bool(self._file.exists(name))

    def stream(self, name: str) -> bytes:
        """The bytes of a stream; none if there is no such stream.

        Raises:
            FileBroken: It is damaged.
        """
        try:
            return bytes(self._file.openstream(name).read()) if self.has(name) else b""
        except _SPENT:
            raise
        except Exception as error:
            raise FileBroken("The document is damaged.") from error

    def told(self) -> dict[str, str]:
        """What a document says of itself: its title, author and instants."""
        with suppress(Exception):  # Where that is damaged, the document is not.
            said = self._file.get_metadata()
            page = (said.codepage or 1252) % 65536
            values = {name: _written(getattr(said, it), page) for it, name in _TOLD.items()}
            return {name: value for name, value in values.items() if value}
        return {}


def _written(value: Any, page: int) -> str:
    if isinstance(value, datetime):
        return value.replace(tzinfo=UTC).isoformat() if value.year > 1601 else ""  # noqa: PLR2004 - none is said
    if isinstance(value, bytes):
        value = decode(value, declared="utf-8" if page == 65001 else f"cp{page}")[0]  # noqa: PLR2004 - as Windows numbers it
    return str(value or "").partition("\x00")[0].strip()[:1000]
