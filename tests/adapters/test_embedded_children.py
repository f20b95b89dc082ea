"""Children are watched, started again, and stopped. They are small programs, real ones."""

import asyncio
import os
import signal
import sys
import time
from collections.abc import AsyncIterator, Awaitable, Callable
from itertools import pairwise
from pathlib import Path

import pytest

from aether.adapters.embedded.children import Child, ChildFailed, Supervisor
from tests.servers.waiting import until

SLEEPS = "import time; time.sleep(600)"
STUBBORN = (
    "import signal, time; signal.signal(signal.SIGTERM, signal.SIG_IGN);"
    " print('deaf', flush=True); time.sleep(600)"
)
PARENT = (
    "import subprocess, sys, time;"
    " print(subprocess.Popen([sys.executable, '-c', 'import time; time.sleep(600)']).pid, flush=True);"
    " time.sleep(600)"
)
OWNER = """
import asyncio, os, sys
from pathlib import Path
from aether.adapters.embedded.children import Child, Supervisor

async def yes():
    return True

async def main():
    supervisor = Supervisor(Path(sys.argv[1]))
    await supervisor.start(
        Child(name="sleeper", argv=(sys.executable, "-c", "import time; time.sleep(600)"), ready=yes)
    )
    print(supervisor.pids()["sleeper"], flush=True)
    await asyncio.sleep(600)

asyncio.run(main())
"""


@pytest.fixture
async def supervisor(tmp_path: Path) -> AsyncIterator[Supervisor]:
    started = Supervisor(tmp_path)
    yield started
    await started.stop()


async def yes() -> bool:
    return True


def wrote(log: Path) -> Callable[[], Awaitable[bool]]:
    async def ready() -> bool:
        return bool(text(log))

    return ready


def text(log: Path) -> str:
    return log.read_text()


def python(
    program: str,
    *,
    name: str = "child",
    ready: Callable[[], Awaitable[bool]] = yes,
    start_s: float = 10,
    stop_s: float = 5,
) -> Child:
    return Child(name=name, argv=(sys.executable, "-c", program), ready=ready, start_s=start_s, stop_s=stop_s)


def lives(pid: int) -> bool:
    """Whether the process runs; one that only waits for its parent to look does not."""
    try:
        return Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()[0] != "Z"
    except FileNotFoundError:
        return False


async def test_a_killed_child_is_started_again(supervisor: Supervisor) -> None:
    await supervisor.start(python(SLEEPS))
    first = supervisor.pids()["child"]

    os.kill(first, signal.SIGKILL)

    await until(lambda: supervisor.pids().get("child", first) != first)
    assert lives(supervisor.pids()["child"])


async def test_a_child_that_keeps_dying_is_started_ever_more_rarely(
    supervisor: Supervisor, tmp_path: Path
) -> None:
    await supervisor.start(python("import time; print(time.monotonic(), flush=True)"))

    await until(lambda: len((tmp_path / "child.log").read_text().split()) >= 4)

    births = [float(line) for line in (tmp_path / "child.log").read_text().split()]
    pauses = [later - earlier for earlier, later in pairwise(births)]
    assert pauses[1] > pauses[0]
    assert pauses[2] > pauses[1]


async def test_a_child_that_ends_at_once_is_reported_with_its_last_words(supervisor: Supervisor) -> None:
    async def never() -> bool:
        return False

    with pytest.raises(ChildFailed, match="no such port"):
        await supervisor.start(python("import sys; sys.exit('no such port')", ready=never))


async def test_a_child_that_never_serves_is_given_up_and_killed(
    supervisor: Supervisor, tmp_path: Path
) -> None:
    async def no() -> bool:
        return False

    with pytest.raises(ChildFailed):
        await supervisor.start(
            python(f"import os; print(os.getpid(), flush=True); {SLEEPS}", ready=no, start_s=0.5)
        )

    assert not lives(int((tmp_path / "child.log").read_text()))


async def test_a_child_that_ignores_sigterm_is_killed(supervisor: Supervisor, tmp_path: Path) -> None:
    await supervisor.start(python(STUBBORN, ready=wrote(tmp_path / "child.log"), stop_s=0.3))
    pid = supervisor.pids()["child"]

    started = time.monotonic()
    await supervisor.stop()

    assert not lives(pid)
    assert 0.3 <= time.monotonic() - started < 30


async def test_what_a_child_started_ends_with_it(supervisor: Supervisor, tmp_path: Path) -> None:
    log = tmp_path / "child.log"
    await supervisor.start(python(PARENT, ready=wrote(log)))
    grandchild = int(log.read_text())

    await supervisor.stop()

    await until(lambda: not lives(grandchild))


async def test_children_are_stopped_in_the_reverse_of_their_order(
    supervisor: Supervisor, tmp_path: Path
) -> None:
    diary = tmp_path / "diary"
    writes = (
        "import signal, sys, time\n"
        f"def end(*_): open({str(diary)!r}, 'a').write(NAME + '\\n'); sys.exit()\n"
        "signal.signal(signal.SIGTERM, end); print('up', flush=True); time.sleep(600)"
    )
    for name in ("first", "second"):
        ready = wrote(tmp_path / f"{name}.log")
        await supervisor.start(python(f"NAME = {name!r}\n{writes}", name=name, ready=ready))

    await supervisor.stop()

    assert diary.read_text().split() == ["second", "first"]


async def test_no_child_outlives_an_owner_that_was_killed(tmp_path: Path) -> None:
    owner = await asyncio.create_subprocess_exec(
        sys.executable, "-c", OWNER, str(tmp_path), stdout=asyncio.subprocess.PIPE
    )
    assert owner.stdout
    child = int(await owner.stdout.readline())
    assert lives(child)

    owner.kill()
    await owner.wait()

    await until(lambda: not lives(child))
