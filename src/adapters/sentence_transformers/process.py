"""The process of a model, as its parent sees it: started when first needed, and again when it dies."""

import asyncio
import os
import shutil
import sys
import tempfile
from pathlib import Path

import structlog

from aether.domain.embeddings import EmbedderDown

log = structlog.get_logger()

GRACE_S = 5.0
"""How long it may take to end when told to, in seconds."""


class ModelProcess:
    """A process that answers on `socket` once the model in *folder* is loaded.

    It ends when it is told to, or when we are gone: it watches the pipe that we hold.
    """

    def __init__(self, folder: Path, *, threads: int) -> None:
        self._folder = folder
        self._threads = threads
        self._home = Path(tempfile.mkdtemp(prefix="aether-embedder-"))
        self._process: asyncio.subprocess.Process | None = None
        self._answered = False
        self._starting = asyncio.Lock()
        self.socket = self._home / "socket"

    @property
    def running(self) -> bool:
        """Whether it is there, ready or not."""
        return self._process is not None and self._process.returncode is None

    def answered(self) -> None:
        """Take note that the model is loaded."""
        self._answered = True

    async def ensure(self) -> None:
        """Start it, if it is not running.

        Raises:
            EmbedderDown: It ended before it ever answered. The next call tries again.
        """
        async with self._starting:
            if self.running:
                return
            died, self._process = self._process, None
            if died:
                log.warning("embedder_died", returncode=died.returncode)
                if not self._answered:
                    raise EmbedderDown("The model cannot be loaded.")
            self._answered = False
            self._process = await self._started()

    async def end(self) -> None:
        """End it, if it is running, and leave nothing behind."""
        if self._process and self.running:
            self._process.terminate()
            try:
                await asyncio.wait_for(self._process.wait(), GRACE_S)
            except TimeoutError:
                self._process.kill()
                await self._process.wait()
        shutil.rmtree(self._home, ignore_errors=True)

    async def _started(self) -> asyncio.subprocess.Process:
        log.info("embedder_started", folder=str(self._folder))
        return await asyncio.create_subprocess_exec(
            *(sys.executable, "-m", "aether.adapters.sentence_transformers"),
            *("--socket", str(self.socket), "--model", str(self._folder), "--threads", str(self._threads)),
            "--until-stdin-closes",
            stdin=asyncio.subprocess.PIPE,
            stdout=asyncio.subprocess.DEVNULL,
            env={
                "PYTHONPATH": os.pathsep.join(filter(None, sys.path)),
                "PYTHONSAFEPATH": "1",
                "HOME": str(self._home),
                "LC_ALL": "C.UTF-8",
            },
            start_new_session=True,
        )
