"""A real Neo4j beside the tests, made of its libraries on Maven Central.

Maven fetches them once for each version, into `.cache/neo4j`. The server is GPL-3.0: we start
it, and never ship it. `python -m tests.servers.neo4j` runs one until Ctrl-C (`make neo4j`).
"""

import asyncio
import contextlib
import fcntl
import os
import shutil
import signal
import subprocess
import sys
import tempfile
from functools import cache
from pathlib import Path

from aether.adapters.embedded.children import Child, Supervisor
from aether.adapters.embedded.ports import free_port

VERSION = os.environ.get("NEO4J", "5.26.30")
USER = "neo4j"
DATABASE = "neo4j"

_HERE = Path(__file__).with_name("neo4j")
_CACHE = Path(__file__).parents[2] / ".cache" / "neo4j"
_DEFAULT_PORT = 7687
_FETCH_WITHIN_S = 300


class NotToBeHad(Exception):
    """Neo4j cannot run here; the message says why."""


@cache
def libraries() -> Path:
    """The folder of the server's libraries, fetched if this is the first time."""
    java, maven = shutil.which("java"), shutil.which("mvn")
    kept = _CACHE / VERSION
    if not java or not (maven or kept.exists()):
        raise NotToBeHad("no java or mvn")
    _CACHE.mkdir(parents=True, exist_ok=True)
    with (_CACHE / "lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not kept.exists():
            _fetch(str(maven), kept)
    return kept


def child(home: Path, *, port: int, password: str) -> Child:
    """A server that keeps its data in *home*, a new folder, and speaks Bolt on *port*."""

    async def ready() -> bool:
        return (home / "ready").exists()

    return Child(
        name="neo4j",
        argv=(
            shutil.which("java") or "java",
            *("-Xmx1g", "-cp", f"{libraries()}/*", str(_HERE / "Server.java"), str(home), str(port)),
        ),
        env={"NEO4J_PASSWORD": password},
        ready=ready,
        start_s=90,
    )


def _fetch(maven: str, kept: Path) -> None:
    """Have Maven copy the libraries to *kept*, which exists when they are complete."""
    partial = Path(tempfile.mkdtemp(dir=_CACHE))
    where = (f"-Dneo4j={VERSION}", f"-DoutputDirectory={partial}", "-DincludeScope=runtime")
    with (_CACHE / "mvn.log").open("w") as log:
        ended = subprocess.run(
            [maven, "-q", "-B", "-f", str(_HERE / "pom.xml"), "dependency:copy-dependencies", *where],
            stdout=log,
            stderr=log,
            timeout=_FETCH_WITHIN_S,
            check=False,
        )
    if ended.returncode:
        shutil.rmtree(partial)
        raise NotToBeHad("mvn could not fetch it: .cache/neo4j/mvn.log")
    partial.rename(kept)


async def _serve() -> None:
    stopped = asyncio.Event()
    for signum in (signal.SIGINT, signal.SIGTERM):
        asyncio.get_running_loop().add_signal_handler(signum, stopped.set)
    port, password = free_port(_DEFAULT_PORT), "aether-neo4j"
    with tempfile.TemporaryDirectory(prefix="neo4j-") as folder:
        supervisor = Supervisor(Path(folder))
        try:
            await supervisor.start(child(Path(folder) / "home", port=port, password=password))
            print(f"Neo4j {VERSION}: bolt://127.0.0.1:{port} (user {USER}, password {password})", flush=True)
            await stopped.wait()
        finally:
            await supervisor.stop()


if __name__ == "__main__":
    try:
        with contextlib.suppress(KeyboardInterrupt):
            asyncio.run(_serve())
    except NotToBeHad as reason:
        sys.exit(f"Neo4j does not run here: {reason}")
