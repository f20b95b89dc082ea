"""An Aether of our own to measure: `aether up` in a fresh folder, on a free port."""

import contextlib
import json
import os
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any


@dataclass(frozen=True, slots=True, kw_only=True)
class Running:
    """An Aether that runs.

    Attributes:
        ready_s: How long it took until every part answered, in seconds.
    """

    url: str
    pid: int
    token: str
    ready_s: float

    def ask(self, query: str, **variables: Any) -> Any:
        """The data of one operation."""
        request = urllib.request.Request(
            f"{self.url}/graphql",
            json.dumps({"query": query, "variables": variables}).encode(),
            {"Content-Type": "application/json", "Authorization": f"Bearer {self.token}"},
        )
        with urllib.request.urlopen(request) as answer:
            told = json.load(answer)
        if "errors" in told:
            raise RuntimeError(told["errors"])
        return told["data"]


@contextlib.contextmanager
def folder() -> Iterator[Path]:
    """A folder for data, gone in the end."""
    path = Path(tempfile.mkdtemp(prefix="aether-bench-"))
    try:
        yield path / "data"
    finally:
        shutil.rmtree(path, ignore_errors=True)


@contextlib.contextmanager
def up(data: Path, *arguments: str) -> Iterator[Running]:
    """`aether up` on *data* until the end of the block."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    url = f"http://127.0.0.1:{port}"
    begun = time.perf_counter()
    command = [sys.executable, "-m", "aether.cli", "up", f"--data={data}", f"--port={port}", *arguments]
    process = subprocess.Popen(
        command, stderr=subprocess.DEVNULL, env={**os.environ, "AETHER_LOG_LEVEL": "error"}
    )
    try:
        _await(f"{url}/readyz")
        ready_s = time.perf_counter() - begun
        with urllib.request.urlopen(f"{url}/graphiql/config") as answer:
            token = json.load(answer)["token"]
        yield Running(url=url, pid=process.pid, token=token, ready_s=ready_s)
    finally:
        process.send_signal(signal.SIGTERM)
        process.wait(60)


def _await(url: str) -> None:
    for _ in range(1200):
        try:
            urllib.request.urlopen(url).close()
        except (OSError, urllib.error.HTTPError):
            time.sleep(0.05)
        else:
            return
    raise TimeoutError(url)
