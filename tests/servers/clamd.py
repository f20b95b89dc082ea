"""A real ClamAV daemon that knows one virus, the test file of EICAR by its hash: it needs no network."""

import hashlib
import shutil
from functools import partial
from pathlib import Path

from aether.adapters.embedded.children import Child
from tests.servers.waiting import listens

EICAR = b"X5O!P%@AP[4\\PZX54(P^)7CC)7}$" + b"EICAR-STANDARD-ANTIVIRUS-TEST-FILE!$H+H*"
"""What every scanner calls a virus, and harms nobody; in two parts, so that none calls this file one."""
STREAM_MOST = 1 << 20


class NotToBeHad(Exception):
    """The daemon cannot run here; the message says why."""


def child(home: Path, *, port: int) -> Child:
    """A daemon on *port*, which takes a megabyte of a file and no more."""
    program = shutil.which("clamd")
    if program is None:
        raise NotToBeHad("no clamd: it is in Debian's clamav-daemon")
    known = home / "signatures"
    known.mkdir(parents=True, exist_ok=True)
    digest = hashlib.md5(EICAR, usedforsecurity=False).hexdigest()
    (known / "test.hdb").write_text(f"{digest}:{len(EICAR)}:Eicar-Test\n")
    settings = home / "clamd.conf"
    settings.write_text(
        f"DatabaseDirectory {known}\nTCPSocket {port}\nTCPAddr 127.0.0.1\nForeground yes\n"
        f"StreamMaxLength {STREAM_MOST}\n"
    )

    return Child(name="clamd", argv=(program, "--config-file", str(settings)), ready=partial(listens, port))
