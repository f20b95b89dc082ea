"""A real Neo4j beside the tests, made of its libraries on Maven Central.

Maven fetches them once for each version, into `.cache/neo4j`. The server is GPL-3.0: we start
it, and never ship it.
"""

import fcntl
import os
import shutil
import subprocess
import tempfile
from functools import cache
from pathlib import Path

from aether.adapters.embedded.children import Child

VERSION = os.environ.get("NEO4J", "5.26.30")
USER = "neo4j"
DATABASE = "neo4j"

_HERE = Path(__file__).parent
_CACHE = Path(__file__).parents[3] / ".cache" / "neo4j"
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
        stop_s=0,  # what it keeps is thrown away
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
