"""Archives: what they hold is handed out file by file, and their own text is the list of it.

Links, devices and paths that lead elsewhere are left out, and so is what is under a password or damaged.
"""

import bz2
import gzip
import lzma
import stat
import tarfile
import zipfile
from collections.abc import Callable, Iterator
from pathlib import Path, PurePosixPath
from typing import IO, Any

from aether.adapters.extraction import formats
from aether.adapters.extraction.formats import Source
from aether.adapters.extraction.members import MEMBERS_MOST, PIECE
from aether.adapters.extraction.packages import TORN
from aether.domain.texts import Draft, Extracted, FileBroken, FileTooComplex

VERSION = "1"

_TAR_MARK = slice(257, 262)
_DAMAGED = (*TORN, tarfile.TarError, lzma.LZMAError, ValueError)
_OPENERS: dict[str, Callable[[Path], Any]] = {
    formats.GZIP.content_type: gzip.GzipFile,
    formats.BZIP2.content_type: bz2.BZ2File,
    formats.XZ.content_type: lzma.LZMAFile,
}
_KNOWN = {zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED, zipfile.ZIP_BZIP2, zipfile.ZIP_LZMA}


def read(source: Source) -> Extracted:
    """The list of what an archive holds.

    Raises:
        FileBroken: It is damaged.
        FileTooComplex: It holds too many files, or unpacks without bounds.
    """
    try:
        if source.content_type == formats.ZIP.content_type:
            _unzip(source)
        elif source.content_type == formats.TAR.content_type:
            with source.path.open("rb") as file:
                _untar(source, file)
        else:
            _decompress(source)
    except _DAMAGED as error:
        raise FileBroken("The archive is damaged.") from error
    draft = Draft()
    source.members.list_in(draft)
    return draft.finished(
        content_type=source.content_type,
        extractor="archives",
        version=VERSION,
        metadata=source.members.told(),
    )


def _unzip(source: Source) -> None:
    with zipfile.ZipFile(source.path) as archive:
        parts = [part for part in archive.infolist() if not part.is_dir()]
        if len(parts) > MEMBERS_MOST:
            raise FileTooComplex(
                f"The file holds {len(parts):,} files; at most {MEMBERS_MOST:,} are unpacked."
            )
        for number, part in enumerate(parts, 1):
            _add_part(source, archive, part)
            source.on_page(number, len(parts))


def _add_part(source: Source, archive: zipfile.ZipFile, part: zipfile.ZipInfo) -> None:
    members = source.members
    if stat.S_ISLNK(part.external_attr >> 16):
        members.leave_out(part.filename, "MEMBER_UNSAFE", "It is a link.")
    elif part.flag_bits & 1:
        members.leave_out(part.filename, "FILE_ENCRYPTED", "It is under a password.")
    elif part.compress_type not in _KNOWN:
        members.leave_out(part.filename, "FILE_UNSUPPORTED", "It is packed in a way that is not known.")
    elif not part.file_size:
        members.leave_out(part.filename, "FILE_EMPTY", "It is empty.")
    else:
        members.add(part.filename, lambda: _pieces(archive.open(part)))


def _untar(source: Source, file: IO[bytes]) -> None:
    with tarfile.open(fileobj=file, mode="r|") as archive:
        for entry in archive:
            if entry.isdir():
                continue
            if not entry.isreg():
                kind = "a link" if entry.issym() or entry.islnk() else "a device"
                source.members.leave_out(entry.name, "MEMBER_UNSAFE", f"It is {kind}.")
            elif not entry.size:
                source.members.leave_out(entry.name, "FILE_EMPTY", "It is empty.")
            elif content := archive.extractfile(entry):
                source.members.add(entry.name, lambda content=content: _pieces(content))  # type: ignore[misc]


def _decompress(source: Source) -> None:
    """Unpack a tar archive that is compressed, or the one file that is."""
    opened = _OPENERS[source.content_type]
    with opened(source.path) as file:
        is_tar = file.read(512)[_TAR_MARK] == b"ustar"
    with opened(source.path) as file:
        if is_tar:
            _untar(source, file)
        else:
            name = PurePosixPath(source.name.replace("\\", "/")).name
            source.members.add(name.rpartition(".")[0] or "content", lambda: _pieces(file))


def _pieces(file: IO[bytes]) -> Iterator[bytes]:
    with file:
        while piece := file.read(PIECE):
            yield piece
