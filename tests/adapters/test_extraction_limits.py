"""What a file may cost, and what becomes of one that costs more."""

import asyncio
import os
import shutil
import signal
import sys
from collections.abc import AsyncIterator, Callable
from contextlib import suppress
from pathlib import Path

import pytest

from aether.adapters.extraction import reader as readers
from aether.adapters.extraction.children import GRACE_S
from aether.adapters.extraction.reader import ChildReader
from aether.domain.texts import FileBroken, FileTooComplex, Member, ReaderDown
from tests import make_files as make


def children() -> set[int]:
    """The processes that read files for us."""
    listed = " ".join(
        told(os.getpid(), f"task/{task.name}/children") for task in Path("/proc/self/task").iterdir()
    )
    return {
        child for child in map(int, listed.split()) if "aether.adapters.extraction" in told(child, "cmdline")
    }


def told(process: int, what: str) -> str:
    """What the kernel tells of a process; nothing if it is gone."""
    with suppress(FileNotFoundError, ProcessLookupError):
        return Path(f"/proc/{process}/{what}").read_text()
    return ""


def network_of(process: int) -> int:
    return Path(f"/proc/{process}/ns/net").stat().st_ino


async def until(true: Callable[[], object]) -> None:
    async with asyncio.timeout(20):
        while not true():
            await asyncio.sleep(0.01)


def confined(child: int) -> bool:
    """Whether *child* has denied itself all it does not need."""
    return "Max core file size        0                    0" in told(child, "limits")


@pytest.fixture
async def endless(tmp_path: Path) -> AsyncIterator[Path]:
    """A file that never gives its bytes."""
    pipe = tmp_path / "endless"
    os.mkfifo(pipe)
    yield pipe
    assert not children()


@pytest.fixture
async def reading(endless: Path) -> AsyncIterator[asyncio.Task[None]]:
    """A reading that is under way and will not end by itself."""

    async def read() -> None:
        await ChildReader().read(endless, name="endless.txt", content_type=None)

    task = asyncio.create_task(read())
    await until(lambda: any(confined(child) for child in children()))
    yield task
    task.cancel()
    await asyncio.wait({task})


async def read(data: bytes, name: str, folder: Path, reader: ChildReader | None = None) -> str:
    path = folder / "blob"
    path.write_bytes(data)
    return (await (reader or ChildReader()).read(path, name=name, content_type=None)).text


async def test_pages_are_told_as_they_are_read(tmp_path: Path) -> None:
    (tmp_path / "long.pdf").write_bytes(make.long_pdf(600))
    told: list[tuple[int, int]] = []

    async def on_progress(done: int, total: int) -> None:
        told.append((done, total))

    said = await ChildReader().read(
        tmp_path / "long.pdf", name="long.pdf", content_type=None, on_progress=on_progress
    )

    assert len(said.pages) == 600
    assert len(told) > 2
    assert told == sorted(told)
    assert told[-1] == (600, 600)


async def test_a_cancelled_reading_ends_its_process_at_once(reading: asyncio.Task[None]) -> None:
    before = asyncio.get_running_loop().time()

    reading.cancel()
    await asyncio.wait({reading})

    assert reading.cancelled()
    assert not children()
    assert asyncio.get_running_loop().time() - before < GRACE_S


async def test_a_reading_ends_at_its_deadline(endless: Path) -> None:
    with pytest.raises(FileTooComplex, match=r"longer than 0\.5 seconds"):
        await ChildReader(wall_s=0.5).read(endless, name="a.txt", content_type=None)


@pytest.mark.parametrize(
    ("number", "refusal"),
    [
        (signal.SIGSEGV, FileBroken),
        (signal.SIGABRT, FileBroken),
        (signal.SIGKILL, FileTooComplex),
        (signal.SIGTERM, ReaderDown),
    ],
)
async def test_a_process_that_dies_is_answered_for(
    reading: asyncio.Task[None], number: signal.Signals, refusal: type[Exception]
) -> None:
    os.kill(children().pop(), number)

    with pytest.raises(refusal):
        await reading


async def test_a_file_that_is_gone_is_not_called_broken(tmp_path: Path) -> None:
    gone = tmp_path / "gone"

    with pytest.raises(ReaderDown):
        await ChildReader().read(gone, name="gone.pdf", content_type=None)


async def test_a_process_has_none_of_our_secrets(reading: asyncio.Task[None]) -> None:
    names = {it.partition("=")[0] for it in told(children().pop(), "environ").split("\0") if it}

    assert names == {"PYTHONPATH", "PYTHONSAFEPATH", "PYTHONDONTWRITEBYTECODE", "LC_ALL"}
    assert not reading.done()


async def test_a_process_cannot_reach_the_network(reading: asyncio.Task[None]) -> None:
    if shutil.which("unshare") is None or os.system("unshare --map-root-user --net true"):  # noqa: ASYNC221
        pytest.skip("This kernel lets no process leave the network.")

    assert network_of(children().pop()) != network_of(os.getpid())
    assert not reading.done()


async def test_a_process_dies_with_the_one_that_started_it(endless: Path) -> None:
    script = (
        "import asyncio, sys; from pathlib import Path;"
        "from aether.adapters.extraction.reader import ChildReader;"
        f"asyncio.run(ChildReader().read(Path({str(endless)!r}), name='a.txt', content_type=None))"
    )
    parent = await asyncio.create_subprocess_exec(
        sys.executable, "-c", script, env={"PYTHONPATH": os.pathsep.join(sys.path)}
    )
    listed = f"task/{parent.pid}/children"
    await until(lambda: told(parent.pid, listed))
    child = int(told(parent.pid, listed))
    await until(lambda: confined(child))

    parent.kill()
    await parent.wait()

    await until(lambda: not told(child, "stat") or ") Z" in told(child, "stat"))


async def test_too_much_work_is_refused(tmp_path: Path) -> None:
    with pytest.raises(FileTooComplex, match="time or memory"):
        await read(make.long_pdf(20_000), "long.pdf", tmp_path, ChildReader(cpu_s=1))


async def test_too_much_memory_is_refused(tmp_path: Path) -> None:
    with pytest.raises(FileTooComplex, match="memory"):
        await read(b"word " * 20_000_000, "long.txt", tmp_path, ChildReader(memory=200 * 2**20))


async def test_too_much_text_is_refused(tmp_path: Path) -> None:
    with pytest.raises(FileTooComplex, match="characters"):
        await read(b"word " * 10_100_000, "long.txt", tmp_path)


@pytest.mark.parametrize(
    "data",
    [
        make.zip_bomb(64 * 2**20),
        make.packed({"[Content_Types].xml": make.TYPES} | {f"part{n}": b"" for n in range(10_001)}),
    ],
)
async def test_a_package_that_unpacks_without_bounds_is_refused(data: bytes, tmp_path: Path) -> None:
    with pytest.raises(FileTooComplex):
        await read(data, "bomb.docx", tmp_path)


@pytest.mark.parametrize("entity", ["l0", "l2", "l9", "file"])
async def test_entities_are_never_unfolded_nor_files_fetched(entity: str, tmp_path: Path) -> None:
    said = "so:"
    with suppress(FileBroken):
        said = await read(make.laughing_word(entity), "laughs.docx", tmp_path)

    assert said == "so:"


@pytest.mark.parametrize(
    ("data", "name"),
    [
        (b"<div>" * 200_000 + b"deep" + b"</div>" * 200_000, "deep.html"),
        (b"<table><tr><td>" * 20_000 + b"deep", "tables.html"),
        (b"> " * 50_000 + b"deep", "deep.md"),
        (b"[" * 100_000, "brackets.md"),
        (b"*a " * 50_000, "stars.md"),
        (b"." * 1_000_000 + b"x", "dots.txt"),
        (b"\n \n" * 300_000, "blank.txt"),
        (make.word_of("<w:tbl><w:tr><w:tc>" * 3_000 + "</w:tc></w:tr></w:tbl>" * 3_000), "deep.docx"),
    ],
)
async def test_what_nests_without_end_is_read_or_refused_in_time(
    data: bytes, name: str, tmp_path: Path
) -> None:
    with suppress(FileTooComplex, FileBroken):
        async with asyncio.timeout(10):
            await read(data, name, tmp_path, ChildReader(cpu_s=3))


async def test_a_pdf_of_1600_pages_takes_little_memory_and_time(tmp_path: Path) -> None:
    (tmp_path / "long.pdf").write_bytes(make.long_pdf(1_600))
    script = """
import asyncio, pathlib, resource, sys
from aether.adapters.extraction.reader import ChildReader
said = asyncio.run(ChildReader().read(pathlib.Path(sys.argv[1]), name="long.pdf", content_type=None))
used = resource.getrusage(resource.RUSAGE_CHILDREN)
print(len(said.pages), used.ru_maxrss, used.ru_utime + used.ru_stime)
"""
    child = await asyncio.create_subprocess_exec(
        *(sys.executable, "-c", script, str(tmp_path / "long.pdf")),
        stdout=asyncio.subprocess.PIPE,
        env={"PYTHONPATH": os.pathsep.join(sys.path)},
    )
    pages, kilobytes, seconds = (await child.communicate())[0].split()

    assert int(pages) == 1_600
    assert int(kilobytes) < 200_000
    assert float(seconds) < 15


async def test_keeping_what_comes_in_a_file_slowly_counts_nothing_against_its_time(tmp_path: Path) -> None:
    archive, kept = tmp_path / "archive", list[str]()
    names = [f"{river}.txt" for river in ("elbe", "oder")]
    archive.write_bytes(make.packed({name: os.urandom(1 << 20) for name in names}))

    async def slowly(member: Member, pieces: AsyncIterator[bytes]) -> None:
        await asyncio.sleep(5)  # whoever reads the archive can tell no more of it meanwhile
        assert [piece async for piece in pieces]
        kept.append(member.path)

    reader = ChildReader(wall_s=4)
    await reader.read(archive, name="a.zip", content_type=None, on_member=slowly)

    assert kept == names


async def test_a_store_that_never_answers_does_not_hold_up_a_file_for_ever(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(readers, "MEMBER_S", 0.5)
    archive = tmp_path / "archive"
    archive.write_bytes(make.packed({"elbe.txt": b"Tidal."}))

    async def never(_: Member, pieces: AsyncIterator[bytes]) -> None:
        assert [piece async for piece in pieces]
        await asyncio.Event().wait()

    async with asyncio.timeout(20):
        with pytest.raises(FileTooComplex):
            await ChildReader(wall_s=2).read(archive, name="a.zip", content_type=None, on_member=never)
