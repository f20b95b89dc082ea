"""A real S3 server over a folder: Versity's gateway (Apache-2.0), built by Go once, into `.cache/s3`."""

import fcntl
import os
import shutil
import subprocess
from functools import cache, partial
from pathlib import Path

from aether.adapters.embedded.children import Child
from tests.servers.waiting import listens

VERSION = "v1.8.0"
ACCESS, SECRET = "an-access-key", "a-secret-key-for-tests"
REGION = "us-east-1"

_CACHE = Path(__file__).parents[2] / ".cache" / "s3"
_BUILD_WITHIN_S = 600


class NotToBeHad(Exception):
    """The server cannot run here; the message says why."""


@cache
def binary() -> Path:
    """The server, built if this is the first time."""
    kept = _CACHE / VERSION / "versitygw"
    if not kept.exists():
        go = shutil.which("go")
        if go is None:
            raise NotToBeHad("no go")
        _CACHE.mkdir(parents=True, exist_ok=True)
        with (_CACHE / "lock").open("w") as lock:
            fcntl.flock(lock, fcntl.LOCK_EX)
            if not kept.exists():
                _build(go, kept.parent)
    return kept


def _build(go: str, folder: Path) -> None:
    built = subprocess.run(
        (go, "install", f"github.com/versity/versitygw/cmd/versitygw@{VERSION}"),
        env={**os.environ, "GOBIN": str(folder), "GOFLAGS": "-mod=mod"},
        capture_output=True,
        text=True,
        timeout=_BUILD_WITHIN_S,
        check=False,
    )
    if built.returncode:
        raise NotToBeHad(f"go cannot build it: {built.stderr[-500:]}")


def child(home: Path, *, port: int) -> Child:
    """A server on *port* whose buckets are the folders in `buckets` of *home*."""
    buckets, notes = home / "buckets", home / "notes"
    buckets.mkdir(parents=True, exist_ok=True)
    notes.mkdir(exist_ok=True)

    return Child(
        name="s3",
        argv=(
            str(binary()),
            *("--access", ACCESS, "--secret", SECRET, "--region", REGION, "--port", f"127.0.0.1:{port}"),
            *("--quiet", "posix", "--sidecar", str(notes), str(buckets)),
        ),
        ready=partial(listens, port),
    )
