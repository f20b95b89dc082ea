"""Data folders: what an Aether on a laptop keeps, of which one process at a time is the owner.

A folder is ours if it bears our mark. We mark only what is new or empty, and delete nothing
from what is not marked.
"""

import fcntl
import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from aether.domain.errors import Conflict

_MARK = "aether-data"
_LOCK = "lock"


class FolderInUse(Conflict):
    """Another process is the owner of the folder."""

    code = "FOLDER_IN_USE"

    def __init__(self, folder: Path, *, pid: str) -> None:
        super().__init__(
            f"The data folder {folder} is in use by process {pid or '(unknown)'}: stop it first."
        )


class FolderForeign(Conflict):
    """The folder holds things, and they are not ours."""

    code = "FOLDER_FOREIGN"

    def __init__(self, folder: Path) -> None:
        super().__init__(f"The folder {folder} is not empty and not a data folder of Aether: choose another.")


@contextmanager
def owned(folder: Path) -> Iterator[Path]:
    """Be the owner of *folder*, made and marked if it is new, until the end of the block.

    It gives the folder's absolute path.

    Raises:
        FolderInUse: Another process is.
        FolderForeign: It holds things, but not our mark.
    """
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    if any(folder.iterdir()) and not (folder / _MARK).exists():
        raise FolderForeign(folder)
    (folder / _MARK).touch()
    with _locked(folder):
        yield folder.absolute()


def reset(folder: Path) -> None:
    """Delete what *folder* holds; a folder that does not exist is as good as one that was reset.

    Raises:
        FolderInUse: A process is its owner.
        FolderForeign: It holds things, but not our mark.
    """
    if not folder.exists():
        return
    with owned(folder):
        for each in folder.iterdir():
            if each.name not in {_MARK, _LOCK}:
                _delete(each)


@contextmanager
def _locked(folder: Path) -> Iterator[None]:
    """The kernel gives the lock back when its owner ends, however it ends."""
    with (folder / _LOCK).open("a+") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            lock.seek(0)
            raise FolderInUse(folder, pid=lock.read().strip()) from None
        lock.truncate(0)
        lock.write(str(os.getpid()))
        lock.flush()
        yield


def _delete(entry: Path) -> None:
    if entry.is_dir() and not entry.is_symlink():
        shutil.rmtree(entry)
    else:
        entry.unlink()
