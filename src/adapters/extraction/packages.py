"""Packages: zip files that hold an Office document, opened with care.

A package that promises to unpack into far more than it is, or into more than a document can
be, is refused before anything is unpacked.
"""

import re
import struct
import zipfile
import zlib
from pathlib import Path
from types import TracebackType
from typing import IO, Self

from aether.domain.texts import FileBroken, FileEncrypted, FileTooComplex

PARTS_MOST = 10_000
PART_MOST = 256 * 2**20
"""The largest part, unpacked, in bytes."""
WHOLE_MOST = 1024 * 2**20
RATIO_MOST = 200
"""How many times its size a part above `RATIO_FROM` bytes may unpack to; text rarely passes 30."""
RATIO_FROM = 16 * 2**20

TORN = (zipfile.BadZipFile, zlib.error, EOFError, NotImplementedError, OSError, RuntimeError, struct.error)
"""What a damaged part raises while it is unpacked."""
_TELLING = {"[Content_Types].xml", "mimetype"}
"""The parts that tell what a package is."""
_OVERRIDE = re.compile(rb"<Override\b[^>]*+>")
_NAME = re.compile(rb'PartName\s*=\s*["\']/([^"\']*)["\']')
_TYPE = re.compile(rb'ContentType\s*=\s*["\']([^"\']*)["\']')
_MAIN = re.compile(
    r"wordprocessingml\.(?:document|template)\.main\+xml$|ms-word\.\w+\.macroEnabled(?:Template)?\.main\+xml$"
)


class Package:
    """An open zip file, its limits *checked* unless it is to be found out first whether it is a document.

    Attributes:
        names: The names of its parts.
        types: The content types of those parts that declare one, by name, in order.
        main_part: The part with the body of a Word document, if it is one.
        mimetype: What an OpenDocument file or an e-book says that it is; empty if nothing.
    """

    def __init__(self, path: Path, *, checked: bool = True) -> None:
        try:
            self._zip = zipfile.ZipFile(path)
        except (zipfile.BadZipFile, NotImplementedError, OSError, ValueError, struct.error) as error:
            raise FileBroken("The file is a damaged archive.") from error
        self.names = frozenset(self._zip.namelist())
        if checked or not self.names.isdisjoint(_TELLING):
            self.check()
        self.types = self._types()
        self.main_part = next((name for name, type in self.types.items() if _MAIN.search(type)), None)
        self.mimetype = self.part("mimetype", 200).decode("ascii", "replace").strip()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._zip.close()

    def open(self, name: str) -> IO[bytes]:
        """The bytes of a part, unpacked as they are read."""
        try:
            return self._zip.open(name)
        except (*TORN, KeyError) as error:
            raise FileBroken("The document lacks a part, or a part of it is damaged.") from error

    def part(self, name: str, most: int = PART_MOST) -> bytes:
        """The first *most* bytes of a part; none if there is no such part."""
        if name not in self.names:
            return b""
        with self.open(name) as part:
            try:
                return part.read(most)
            except TORN as error:
                raise FileBroken("A part of the document is damaged.") from error

    def size_of(self, name: str) -> int:
        """How many bytes the part called *name* unpacks to."""
        return self._zip.getinfo(name).file_size

    def with_type(self, ending: str) -> list[str]:
        """The parts whose content type ends with *ending*, in the order of their names."""
        found = (name for name, type in self.types.items() if type.endswith(ending) and name in self.names)
        return sorted(found, key=lambda name: (len(name), name))

    def check(self) -> None:
        """Refuse a package under a password, or one that unpacks without bounds."""
        parts = self._zip.infolist()
        if len(parts) > PARTS_MOST:
            raise FileTooComplex(f"The file packs {len(parts):,} parts; at most {PARTS_MOST:,} are read.")
        if any(part.flag_bits & 1 for part in parts):
            raise FileEncrypted("The file is an archive under a password.")
        for part in parts:
            bloated = part.file_size > max(RATIO_FROM, RATIO_MOST * part.compress_size)
            if part.file_size > PART_MOST or bloated:
                raise FileTooComplex("The file unpacks into far more than a document holds.")
        if sum(part.file_size for part in parts) > WHOLE_MOST:
            raise FileTooComplex("The file unpacks into far more than a document holds.")

    def _types(self) -> dict[str, str]:
        declared = self.part("[Content_Types].xml", 2**20)
        types = {}
        for override in _OVERRIDE.findall(declared):
            if (name := _NAME.search(override)) and (type := _TYPE.search(override)):
                types[name[1].decode("utf-8", "replace")] = type[1].decode("ascii", "replace")
        return types
