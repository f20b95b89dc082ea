"""`aether up` as a person starts it: a process with children, on a folder of its own."""

import asyncio
import os
import signal
import sys
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass
from pathlib import Path

from aether.adapters.api_client.client import Client, connected
from aether.adapters.embedded.ports import free_port
from aether.adapters.embedded.probes import answers
from tests.servers.waiting import until

START_S = 120.0
"""What starting everything may take on a machine that has other things to do, in seconds."""


@dataclass(frozen=True, kw_only=True)
class Up:
    """An `aether up` that runs."""

    process: asyncio.subprocess.Process
    url: str

    def pids(self, words: str = "") -> list[int]:
        """The processes below it whose command line has *words* in it."""
        return [pid for pid in _below(self.process.pid) if words in _command(pid)]

    async def kill(self, words: str) -> int:
        """Kill the one process below it with *words* in its command line; gives back its number."""
        await until(lambda: bool(self.pids(words)))
        (pid,) = self.pids(words)
        os.kill(pid, signal.SIGKILL)
        await until(lambda: not alive(pid))
        return pid

    @asynccontextmanager
    async def silent(self, words: str) -> AsyncIterator[None]:
        """For the time of the block, the one process with *words* in its command line says nothing."""
        (pid,) = self.pids(words)
        os.kill(pid, signal.SIGSTOP)
        try:
            yield
        finally:
            os.kill(pid, signal.SIGCONT)

    async def stopped(self, *, within_s: float = 15) -> int:
        """Its exit code, after it was told to stop."""
        self.process.terminate()
        return await asyncio.wait_for(self.process.wait(), within_s)


async def aether(*words: str | Path, **env: str) -> asyncio.subprocess.Process:
    """A command that was begun."""
    return await asyncio.create_subprocess_exec(
        sys.executable,
        "-m",
        "aether.cli",
        *words,
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.PIPE,
        env={**os.environ, **env},
    )


async def said(*words: str | Path, **env: str) -> tuple[int | None, str, str]:
    """The exit code, the output and the complaints of a command that ends."""
    process = await aether(*words, **env)
    out, err = await asyncio.wait_for(process.communicate(), START_S)
    return process.returncode, out.decode(), err.decode()


@asynccontextmanager
async def up(data: Path, *words: str, port: int | None = None) -> AsyncIterator[Up]:
    """An Aether on *data*, once it is ready; stopped at the end if it still runs."""
    port = port or free_port()
    with (data.parent / f"{data.name}.log").open("ab") as log:
        process = await asyncio.create_subprocess_exec(
            *(sys.executable, "-m", "aether.cli", "up", "--data", str(data), "--port", str(port), *words),
            stdout=log,
            stderr=log,
        )
    found = Up(process=process, url=f"http://127.0.0.1:{port}")
    try:
        async with asyncio.timeout(START_S):
            while not await answers(f"{found.url}/readyz"):
                assert process.returncode is None
                await asyncio.sleep(0.1)
        yield found
    finally:
        with suppress(ProcessLookupError):
            process.terminate()
        await process.wait()


@asynccontextmanager
async def asking(running: Up, token: str | None = None) -> AsyncIterator[Client]:
    """A client of it: Ada, unless *token* says who."""
    async with connected(running.url, token=token, key=None) as client:
        yield client


async def pieces(data: bytes) -> AsyncIterator[bytes]:
    """*data* as an upload takes it."""
    yield data


def alive(pid: int) -> bool:
    """Whether a process runs; one that only waits to be buried does not."""
    try:
        state = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0]
    except (FileNotFoundError, ProcessLookupError):
        return False
    return state != "Z"


def _below(pid: int) -> Iterator[int]:
    """The numbers of the processes that *pid* started, and of theirs."""
    for task in Path(f"/proc/{pid}/task").iterdir():
        with suppress(FileNotFoundError, ProcessLookupError):
            for child in map(int, (task / "children").read_text().split()):
                yield child
                with suppress(FileNotFoundError):
                    yield from _below(child)


def _command(pid: int) -> str:
    try:
        return Path(f"/proc/{pid}/cmdline").read_text().replace("\0", " ")
    except (FileNotFoundError, ProcessLookupError):
        return ""
