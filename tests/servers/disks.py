"""A small disk of its own, to be filled."""

import shutil
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path


class NotToBeHad(Exception):
    """Only root can mount one."""


@contextmanager
def small(folder: Path, *, megabytes: int = 1) -> Iterator[Path]:
    """A disk with so much room, mounted at *folder*."""
    folder.mkdir()
    mount, unmount = shutil.which("mount"), shutil.which("umount")
    if not (mount and unmount):
        raise NotToBeHad("mount and umount are missing")
    told = subprocess.run(
        [mount, "-t", "tmpfs", "-o", f"size={megabytes}m", "tmpfs", str(folder)],
        capture_output=True,
        text=True,
        check=False,
    )
    if told.returncode != 0:
        raise NotToBeHad(told.stderr.strip())
    try:
        yield folder
    finally:
        subprocess.run([unmount, "--lazy", str(folder)], capture_output=True, check=False)


def filled(disk: Path, *, but: int = 0) -> Path:
    """A file that leaves so many bytes of room, which comes back when it is removed."""
    filler = disk / "filler"
    filler.write_bytes(bytes(max(0, shutil.disk_usage(disk).free - but)))
    return filler
