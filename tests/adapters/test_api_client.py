"""What a client finds on this machine, and what it shows of what it is told."""

import io
import json
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest
from rich.console import Console

from aether.adapters.api_client import commands, display, files
from aether.adapters.api_client.client import Declined
from aether.adapters.api_client.files import PIECE, File
from aether.adapters.api_client.importing import Outcome
from aether.domain.errors import Missing
from aether.domain.jobs import Failure
from tests.adapters.test_api_client_house import TOKEN, House, standing

FILE = File(path=Path("notes/[red]otter\x1b[31m\n.md"), folders=(), size=2_000_000)
OTHER = File(path=Path("notes/A.md"), folders=(), size=1_000_000)
HIT: dict[str, Any] = {
    "score": 0.789,
    "snippet": "The otter\n[b]came\x1b[2J back.",
    "highlights": [{"start": 4, "end": 9}],
    "notebook": {"id": "notebook_1", "name": "Water"},
    "document": {"id": "document_1", "name": "Rivers.pdf"},
    "chunk": {"id": "chunk_1", "page": 3, "start": 0, "end": 25},
}


@pytest.fixture
async def house() -> AsyncIterator[House]:
    async with standing() as built:
        yield built


def terminal(*, width: int = 100) -> Console:
    return Console(
        file=io.StringIO(), force_terminal=True, width=width, highlight=False, legacy_windows=False
    )


def paper() -> Console:
    return Console(file=io.StringIO(), width=display.PLAIN_WIDTH, highlight=False)


def written(to: Console) -> str:
    assert isinstance(to.file, io.StringIO)
    return to.file.getvalue()


def test_hidden_files_and_links_are_passed_over_and_names_sorted(tmp_path: Path) -> None:
    for name in ("b/z.txt", "b/a.txt", "a.txt", ".git/config", "b/.DS_Store", "c.txt"):
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).write_text(name)
    (tmp_path / "link.txt").symlink_to(tmp_path / "a.txt")
    (tmp_path / "circle").symlink_to(tmp_path)

    found = files.found([tmp_path, tmp_path / "a.txt", tmp_path])

    assert [(file.path.name, file.folders) for file in found] == [
        ("a.txt", ()),
        ("a.txt", ("b",)),
        ("z.txt", ("b",)),
        ("c.txt", ()),
    ]


def test_a_path_that_leads_nowhere_is_told(tmp_path: Path) -> None:
    with pytest.raises(Missing, match="nowhere"):
        files.found([tmp_path, tmp_path / "nowhere"])


async def test_a_file_comes_in_pieces_that_are_counted(tmp_path: Path) -> None:
    data = b"x" * (2 * PIECE + 1)
    (tmp_path / "a.txt").write_bytes(data)
    (file,) = files.found([tmp_path])
    counted: list[int] = []

    pieces = [piece async for piece in file.pieces(counted.append)]

    assert b"".join(pieces) == data
    assert counted == [0, PIECE, 2 * PIECE]


@pytest.mark.parametrize("size", [PIECE, 3 * PIECE])
async def test_a_file_that_changes_on_its_way_is_not_sent_to_its_end(size: int, tmp_path: Path) -> None:
    (tmp_path / "a.txt").write_bytes(b"x" * 2 * PIECE)
    (file,) = files.found([tmp_path])
    pieces = file.pieces(lambda _: None)
    await anext(pieces)
    (tmp_path / "a.txt").write_bytes(b"x" * size)

    with pytest.raises(Declined, match="changed"):
        await anext(pieces)


def test_on_paper_there_is_a_line_for_each_file() -> None:
    with display.watching(to := paper()) as watcher:
        watcher.begin([FILE, OTHER])
        watcher.sent(FILE, 5)
        watcher.staged(FILE, "extract", 20)
        watcher.wait("Aether is away.", 0.5)
        watcher.ended(FILE, Outcome.READY)

    assert written(to) == (
        "2 files, 3,000,000 bytes\n"
        "Aether is away. Trying again in 0.5 s.\n"
        "notes/[red]otter\ufffd[31m .md: ready\n"
    )


def test_in_a_terminal_bars_show_bytes_and_stages_and_then_go() -> None:
    to = terminal()
    bars = display.Bars(to)
    bars.begin([FILE, OTHER])
    bars.sent(FILE, 500_000)
    bars.sent(OTHER, OTHER.size)
    bars.staged(OTHER, "extract", 20)

    to.print(bars._progress.get_renderable())

    assert "1.5 MB of 3.0 MB, files left: 2" in written(to)
    assert "25 % sending" in written(to)
    assert "20 % extract" in written(to)
    assert "[red]otter\ufffd[31m .md" in written(to)

    bars.ended(FILE, Outcome.READY)
    bars.ended(OTHER, Outcome.FAILED)
    to = terminal()
    to.print(bars._progress.get_renderable())

    assert "3.0 MB of 3.0 MB, files left: 0" in written(to)
    assert "otter" not in written(to)


def test_what_failed_is_shown_in_a_table_sorted_by_path() -> None:
    failures = {
        FILE: Failure(code="FILE_ENCRYPTED", message="The PDF is protected by a password."),
        OTHER: Failure(code="FILE_EMPTY", message="The file has no bytes."),
    }
    display.sum_up(to := paper(), dict.fromkeys(failures, Outcome.FAILED), failures, left=3)

    table = [line.split() for line in written(to).splitlines() if line]
    assert [row[:2] for row in table[:2]] == [["file", "code"], ["notes/A.md", "FILE_EMPTY"]]
    assert table[2][2:] == ["FILE_ENCRYPTED", "The", "PDF", "is", "protected", "by", "a", "password."]
    assert "0 ready, 0 already there, 2 failed\n3 not done: run the same command again" in written(to)


def test_hits_show_where_they_are_and_mark_the_words() -> None:
    display.show_hits(to := terminal(), [HIT], missing=[])

    assert "Rivers.pdf" in written(to)
    assert ", page 3  0.79" in written(to)
    assert "in Water" in written(to)
    assert "The \x1b[1;33motter\x1b[0m [b]came\ufffd[2J back." in written(to)


def test_on_paper_hits_are_plain_and_long_lines_whole() -> None:
    long = {**HIT, "snippet": None, "chunk": None, "document": {"name": "x" * 255}}
    display.show_hits(to := paper(), [long], missing=["MEANING"])

    assert written(to).splitlines() == [
        "The search by meaning did not answer; there may be more.",
        f" 1. {'x' * 255}  0.79  in Water",
    ]


async def looked_up(house: House, *, notebook: str | None = None, as_json: bool = False) -> int:
    url = f"http://127.0.0.1:{house.port}"
    return await commands.search(
        "otter", notebook=notebook, first=10, mode="hybrid", url=url, token=TOKEN, key=None, as_json=as_json
    )


async def test_a_search_says_by_its_exit_code_whether_something_was_found(
    house: House, capsys: pytest.CaptureFixture[str]
) -> None:
    assert await looked_up(house) == 1
    assert capsys.readouterr().out == "Nothing was found.\n"

    house.hits = [{"node": HIT}]
    assert await looked_up(house, as_json=True) == 0
    assert json.loads(capsys.readouterr().out) == {"hits": [HIT], "missing": []}


async def test_a_search_in_a_notebook_that_is_not_there_is_refused(house: House) -> None:
    with pytest.raises(Missing, match="Water"):
        await looked_up(house, notebook="Water")


async def test_an_import_ends_with_one_if_something_failed(
    house: House, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "a.txt").write_text("The Elbe.")
    (tmp_path / "b.txt").write_text("The Rhine.")
    url = f"http://127.0.0.1:{house.port}"

    async def imported(*paths: Path) -> int:
        return await commands.import_paths(paths, notebook="Water", url=url, token=TOKEN, key=None, jobs=2)

    assert await imported(tmp_path / "a.txt") == 0
    house.documents.clear()
    house.fates = {"b.txt": {"status": "CANCELLED", "stage": "chunk", "progress": 40, "error": None}}
    assert await imported(tmp_path) == 1
    assert "1 ready, 0 already there, 1 failed" in capsys.readouterr().out
