"""Children: processes that are started, watched, started again and stopped.

A child that dies comes back after a pause that grows while it keeps dying. It writes to a log
of its own, and is killed by the kernel when we are.
"""

import asyncio
import contextlib
import os
import signal
import sys
import time
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path

import structlog

from aether.domain.errors import Unavailable

_TETHER = str(Path(__file__).with_name("tether.py"))
_ASK_EVERY_S = 0.05
_ANSWER_WITHIN_S = 2.0
_FIRST_PAUSE_S = 0.1
_LONGEST_PAUSE_S = 15.0
_STEADY_S = 30.0
_LOG_BYTES = 8 * 1024 * 1024

_log = structlog.get_logger()


class ChildFailed(Unavailable):
    """A child ended, or answered nothing, before it was ready."""

    code = "CHILD_FAILED"

    def __init__(self, name: str, *, log: Path) -> None:
        lines = log.read_text(errors="replace").strip().splitlines()
        last = lines[-1] if lines else "it wrote nothing"
        super().__init__(f"{name} did not start. Its log is {log}; its last line: {last}")


@dataclass(frozen=True, slots=True, kw_only=True)
class Child:
    """A program to run beside us.

    Attributes:
        name: What logs call it; it writes to `<name>.log`.
        argv: The program, by its absolute path, and its arguments. Everybody on the machine can read them.
        ready: Whether it serves. Asked again and again, and cut short when it takes long.
        env: Variables on top of our own; the place for secrets.
        cwd: The folder it works in; ours if there is none.
        start_s: How long it may take until it is ready, in seconds.
        stop_s: How long it may take to end after SIGTERM, in seconds, before SIGKILL; 0 kills it at once.
    """

    name: str
    argv: tuple[str, ...]
    ready: Callable[[], Awaitable[bool]]
    env: Mapping[str, str] = field(default_factory=dict, repr=False)
    cwd: Path | None = None
    start_s: float = 60.0
    stop_s: float = 15.0


class Supervisor:
    """Keeps children running from `start` until `stop`.

    Args:
        logs: The folder of their logs; it is made if it is missing.
    """

    def __init__(self, logs: Path) -> None:
        logs.mkdir(parents=True, exist_ok=True)
        self._logs = logs
        self._running: list[_Running] = []

    async def start(self, *children: Child) -> None:
        """Start *children* at once and wait until all are ready.

        Raises:
            ChildFailed: One of them did not become ready; the others run on until `stop`.
        """
        running = [_Running(child, self._logs / f"{child.name}.log") for child in children]
        self._running += running
        try:
            async with asyncio.TaskGroup() as group:
                for one in running:
                    group.create_task(one.start())
        except ExceptionGroup as failures:
            raise failures.exceptions[0] from None

    async def stop(self) -> None:
        """Stop all children, the last one first."""
        while self._running:
            await self._running.pop().stop()

    def pids(self) -> Mapping[str, int]:
        """The process of each child that is ready now, by its name."""
        return {one.child.name: pid for one in self._running if (pid := one.pid) is not None}


class _Running:
    """A child and its process, which changes when it is started again."""

    def __init__(self, child: Child, log: Path) -> None:
        self.child = child
        self._log = log
        self._process: asyncio.subprocess.Process | None = None
        self._serves = False
        self._keeper: asyncio.Task[None] | None = None

    @property
    def pid(self) -> int | None:
        """Its process, if that is ready."""
        return self._process.pid if self._process and self._serves else None

    async def start(self) -> None:
        process = await self._spawn()
        self._keeper = asyncio.create_task(self._keep(process))

    async def stop(self) -> None:
        if self._keeper:
            self._keeper.cancel()
            await asyncio.wait([self._keeper])
        if self._process:
            await self._end(self._process)
            await self._bury(self._process)

    async def _end(self, process: asyncio.subprocess.Process) -> None:
        if not self.child.stop_s:
            return
        with contextlib.suppress(ProcessLookupError):
            process.terminate()
        try:
            await asyncio.wait_for(process.wait(), self.child.stop_s)
        except TimeoutError:
            _log.warning("child_had_to_be_killed", child=self.child.name)

    async def _keep(self, process: asyncio.subprocess.Process) -> None:
        pause_s = _FIRST_PAUSE_S
        while True:
            since = time.monotonic()
            code = await process.wait()
            await self._bury(process)
            if time.monotonic() - since > _STEADY_S:
                pause_s = _FIRST_PAUSE_S
            _log.warning("child_died", child=self.child.name, code=code, pause_s=pause_s)
            await asyncio.sleep(pause_s)
            pause_s = min(2 * pause_s, _LONGEST_PAUSE_S)
            process = await self._revive()
            _log.info("child_restarted", child=self.child.name, pid=process.pid)

    async def _revive(self) -> asyncio.subprocess.Process:
        """Its next process, however often that has to be tried."""
        while True:
            try:
                return await self._spawn()
            except (ChildFailed, OSError) as failure:
                _log.warning("child_not_restarted", child=self.child.name, reason=str(failure))
            await asyncio.sleep(_LONGEST_PAUSE_S)

    async def _spawn(self) -> asyncio.subprocess.Process:
        """Its next process, once it is ready."""
        if self._log.exists() and self._log.stat().st_size > _LOG_BYTES:
            self._log.replace(self._log.with_suffix(".log.old"))
        with self._log.open("ab") as log:
            self._process = process = await asyncio.create_subprocess_exec(
                *(sys.executable, "-I", "-S", _TETHER, str(os.getpid()), *self.child.argv),
                cwd=self.child.cwd,
                env={**os.environ, **self.child.env},
                stdin=asyncio.subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                start_new_session=True,  # Ctrl-C in a terminal is for us: we stop them in order
            )
        if not await self._is_ready(process):
            await self._bury(process)
            raise ChildFailed(self.child.name, log=self._log)
        self._serves = True
        return process

    async def _is_ready(self, process: asyncio.subprocess.Process) -> bool:
        """Wait until it is ready: then true, or false if it ended or took too long."""
        deadline = time.monotonic() + self.child.start_s
        while process.returncode is None and time.monotonic() < deadline:
            with contextlib.suppress(TimeoutError):
                async with asyncio.timeout(_ANSWER_WITHIN_S):
                    if await self.child.ready():
                        return True
            await asyncio.sleep(_ASK_EVERY_S)
        return False

    async def _bury(self, process: asyncio.subprocess.Process) -> None:
        """End *process* and whatever it started in turn, and forget it: its number may be given anew."""
        self._process, self._serves = None, False
        with contextlib.suppress(ProcessLookupError):
            os.killpg(process.pid, signal.SIGKILL)
        await process.wait()
