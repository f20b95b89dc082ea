"""Runs a Neo4j for whoever wants to look at one, until Ctrl-C; what it holds is thrown away."""

import asyncio
import signal
import sys
import tempfile
from pathlib import Path

from aether.adapters.embedded.children import Supervisor
from aether.adapters.embedded.ports import free_port
from tests.servers import neo4j

PORT = 7687
PASSWORD = "aether-neo4j"


async def serve() -> None:
    stopped = asyncio.Event()
    for signum in (signal.SIGINT, signal.SIGTERM):
        asyncio.get_running_loop().add_signal_handler(signum, stopped.set)
    port = free_port(PORT)
    with tempfile.TemporaryDirectory(prefix="neo4j-") as folder:
        supervisor = Supervisor(Path(folder))
        try:
            await supervisor.start(neo4j.child(Path(folder) / "home", port=port, password=PASSWORD))
            print(f"Neo4j {neo4j.VERSION}: bolt://127.0.0.1:{port} (user {neo4j.USER}, password {PASSWORD})")
            sys.stdout.flush()
            await stopped.wait()
        finally:
            await supervisor.stop()


try:
    asyncio.run(serve())
except neo4j.NotToBeHad as reason:
    sys.exit(f"Neo4j does not run here: {reason}")
