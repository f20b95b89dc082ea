"""Bytes brought by tus, to Aether and to tusd, the protocol's own server (MIT), the same way."""

import base64
import contextlib
import hashlib
import http.client
import os
import shutil
import socket
import subprocess
import tempfile
import time
from collections.abc import Iterator, Mapping
from pathlib import Path
from urllib.parse import urlsplit

from aether.adapters.embedded.ports import free_port
from bench import aether

MEGABYTE = 1_000_000
SIZE = 100 * MEGABYTE
TIMES = 5
VERSION = "v2.9.1"
_CACHE = Path(".cache/bench-tusd")


def measured(running: aether.Running, notebook: str) -> dict[str, object]:
    """What an upload takes until its last byte is acknowledged, in turns; the best of each counts."""
    content = os.urandom(SIZE)
    ours = {"Authorization": f"Bearer {running.token}"}
    told = {"filename": "noise.bin", "notebook": notebook}
    with _tusd() as theirs:
        taken: dict[str, list[float]] = {"aether": [], "tusd": []}
        for _ in range(TIMES):
            taken["aether"].append(brought(f"{running.url}/uploads", content, told, **ours))
            if theirs is not None:
                taken["tusd"].append(brought(theirs, content, {"filename": "noise.bin"}))
    return {
        server: {"seconds": round(min(times), 2), "mb_per_s": round(SIZE / MEGABYTE / min(times))}
        for server, times in taken.items()
        if times
    } | {"sha256 alone, seconds": _hashed(content)}


def brought(url: str, content: bytes, told: Mapping[str, str], **headers: str) -> float:
    """How long it takes to bring *content*, in seconds."""
    at = urlsplit(url)
    link = http.client.HTTPConnection(at.hostname or "", at.port, timeout=60)
    shared = {**headers, "Tus-Resumable": "1.0.0"}
    metadata = ",".join(f"{key} {base64.b64encode(value.encode()).decode()}" for key, value in told.items())
    begun = time.perf_counter()
    announced = {"Upload-Length": str(len(content)), "Upload-Metadata": metadata}
    link.request("POST", at.path, headers={**shared, **announced})
    answer = link.getresponse()
    answer.read()
    if answer.status != http.client.CREATED:
        raise RuntimeError(f"The upload is refused: {answer.status}.")
    place = urlsplit(answer.headers["Location"]).path
    kind = {"Content-Type": "application/offset+octet-stream", "Upload-Offset": "0"}
    link.request("PATCH", place, body=content, headers={**shared, **kind})
    answer = link.getresponse()
    answer.read()
    if answer.headers.get("Upload-Offset") != str(len(content)):
        raise RuntimeError(f"The bytes are not all there: {answer.status}.")
    return time.perf_counter() - begun


@contextlib.contextmanager
def _tusd() -> Iterator[str | None]:
    """Where a tusd takes uploads; none where there is no Go to build it."""
    program = _built()
    if program is None:
        yield None
        return
    port = free_port()
    with tempfile.TemporaryDirectory() as folder:
        told = ("-host", "127.0.0.1", "-port", str(port), "-upload-dir", folder)
        server = subprocess.Popen((str(program), *told), stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        try:
            _listens(port)
            yield f"http://127.0.0.1:{port}/files/"
        finally:
            server.terminate()
            server.wait(10)


def _built() -> Path | None:
    program, go = _CACHE / "tusd", shutil.which("go")
    if not program.exists() and go is not None:
        env = {**os.environ, "GOBIN": str(_CACHE.resolve())}
        subprocess.run((go, "install", f"github.com/tus/tusd/v2/cmd/tusd@{VERSION}"), env=env, check=True)
    return program if program.exists() else None


def _listens(port: int) -> None:
    until = time.monotonic() + 10
    while True:
        try:
            socket.create_connection(("127.0.0.1", port), 1).close()
        except OSError:
            if time.monotonic() > until:
                raise
            time.sleep(0.05)
        else:
            return


def _hashed(content: bytes) -> float:
    """What Aether does besides, and tusd does not: it names what it keeps by its hash."""
    begun = time.perf_counter()
    hashlib.sha256(content).digest()
    return round(time.perf_counter() - begun, 2)
