"""Archives that libarchive unpacks, where it is installed: 7z, rar, cab and others.

Their files are handed out one by one, and their own text is the list of them.
Links, devices and paths that lead elsewhere are left out, and so is what is under a password or damaged.
Of all that libarchive knows only the one format is turned on that the bytes show, and none of the
programs that it would start.
"""

import ctypes
import errno
import os
import sys
from collections.abc import Iterator
from pathlib import PurePosixPath
from typing import Any

from aether.adapters.extraction import formats
from aether.adapters.extraction.formats import Source
from aether.adapters.extraction.members import PIECE
from aether.adapters.extraction.rars import sealed_in
from aether.domain.texts import (
    Draft,
    Extracted,
    FileBroken,
    FileEncrypted,
    FileTooComplex,
    FileUnreadable,
    FileUnsupported,
)

VERSION = "1 libarchive {}"

_FORMATS = {
    formats.SEVEN_ZIP.content_type: "7zip",
    formats.CAB.content_type: "cab",
    formats.ISO.content_type: "iso9660",
    formats.CPIO.content_type: "cpio",
    formats.AR.content_type: "ar",
    formats.LZH.content_type: "lha",
}
"""What libarchive calls the formats."""
_NEW_RAR = b"Rar!\x1a\x07\x01"
_TAR_MARK = slice(257, 262)
_SEALS = ("encrypt", "password", "passphrase", "crypto codec")
"""What libarchive says of what is under a password."""
_LIBRARY = "libarchive.so.13"


def read(source: Source) -> Extracted:
    """The list of what an archive holds.

    Raises:
        FileUnsupported: There is no libarchive here.
        FileEncrypted: Even the list is under a password.
        FileBroken: It is damaged.
        FileTooComplex: It holds too many files, or unpacks without bounds.
    """
    library = _library(source.content_type)
    try:
        if source.content_type == formats.ZSTD.content_type:
            _decompress(source, library)
        else:
            format = _format(source)
            sealed = sealed_in(source.path) if format == "rar5" else frozenset()
            with library.file_reader(str(source.path), format, "none") as archive:
                _unpack(source, archive, library, sealed)
    except library.ArchiveError as error:
        raise _meant(error) from error
    draft = Draft()
    source.members.list_in(draft)
    return draft.finished(
        content_type=source.content_type,
        extractor="libarchives",
        version=VERSION.format(library.ffi.version_number()),
        metadata=source.members.told(),
    )


def _library(content_type: str) -> Any:
    """The library.

    Raises:
        FileUnsupported: It is not installed.
    """
    if sys.platform == "linux":
        os.environ["LIBARCHIVE"] = _LIBRARY  # Else a compiler would be asked where it is.
    try:
        import libarchive  # type: ignore[import-untyped]
    except (ImportError, OSError, AttributeError, TypeError) as error:
        name = formats.called(content_type)
        raise FileUnsupported(
            f"The file is {name.name if name else 'an archive'}, which is read only where libarchive is "
            "installed, and it is not."
        ) from error
    return libarchive


def _format(source: Source) -> str:
    if source.content_type != formats.RAR.content_type:
        return _FORMATS[source.content_type]
    with source.path.open("rb") as file:
        return "rar5" if file.read(len(_NEW_RAR)) == _NEW_RAR else "rar"


def _unpack(source: Source, archive: Any, library: Any, sealed: frozenset[str] = frozenset()) -> None:
    members = source.members
    is_sealed = library.ffi.ffi("entry_is_encrypted", [library.ffi.c_archive_entry_p], library.ffi.c_int)
    for entry in archive:
        path = _path(entry)
        if entry.isdir:
            continue
        if entry.issym or entry.islnk or entry.isdev:
            members.leave_out(path, "MEMBER_UNSAFE", f"It is a {'device' if entry.isdev else 'link'}.")
        elif path in sealed or is_sealed(entry._entry_p):  # noqa: SLF001 - it has no other name for it
            members.leave_out(path, "FILE_ENCRYPTED", "It is under a password.")
        elif entry.size == 0:
            members.leave_out(path, "FILE_EMPTY", "It is empty.")
        else:
            members.add(path, lambda entry=entry: _pieces(entry, library))  # type: ignore[misc]


def _decompress(source: Source, library: Any) -> None:
    """Unpack a tar archive that is compressed, or the one file that is."""
    path = str(source.path)
    if _is_tar(path, library):
        with library.file_reader(path, "tar", "zstd") as archive:
            _unpack(source, archive, library)
    else:
        with library.file_reader(path, "raw", "zstd") as archive:
            name = PurePosixPath(source.name.replace("\\", "/")).name.rpartition(".")[0]
            for entry in archive:
                source.members.add(name or "content", lambda entry=entry: _pieces(entry, library))  # type: ignore[misc]


def _is_tar(path: str, library: Any) -> bool:
    with library.file_reader(path, "raw", "zstd") as archive:
        head = b"".join(next(_pieces(entry, library), b"") for entry in archive)
    return head[_TAR_MARK] == b"ustar"


def _pieces(entry: Any, library: Any) -> Iterator[bytes]:
    """What a member holds.

    Raises:
        OSError: It is damaged.
    """
    buffer = ctypes.create_string_buffer(PIECE)
    try:
        # Not by `get_blocks`, which takes a warning, below zero, for a length.
        while size := library.ffi.read_data(entry._archive_p, buffer, PIECE):  # noqa: SLF001 - as above
            if size < 0:
                raise OSError
            yield ctypes.string_at(buffer, size)
    except library.ArchiveError as error:
        refusal = _meant(error)
        if isinstance(refusal, FileTooComplex):
            raise refusal from error
        raise OSError from error


def _path(entry: Any) -> str:
    path = entry.pathname
    return path.decode("utf-8", "replace") if isinstance(path, bytes) else path or "content"


def _meant(error: Any) -> FileUnreadable:
    """What an error of libarchive says of the file."""
    said = str(error.msg).lower()
    if any(seal in said for seal in _SEALS):
        return FileEncrypted("The archive is protected by a password.")
    if error.errno == errno.ENOMEM:
        return FileTooComplex("Unpacking the file takes more memory than a file may have.")
    return FileBroken("The archive is damaged.")
