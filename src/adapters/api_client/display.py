"""What people see in their terminal: bars where there is one, plain lines elsewhere.

Names and texts come from files, so nothing in them may steer the terminal.
"""

import re
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import Any

from rich.console import Console
from rich.filesize import decimal
from rich.padding import Padding
from rich.progress import BarColumn, Progress, TaskID, TextColumn
from rich.table import Column, Table
from rich.text import Text
from typing_extensions import override

from aether.adapters.api_client.files import File
from aether.adapters.api_client.importing import Outcome, Watcher
from aether.domain.jobs import Failure

PLAIN_WIDTH = 240
"""How long a line is where there is no terminal to measure, in characters."""

_STEERING = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069\ud800-\udfff]")
_BLANK = re.compile(r"\s")


def console() -> Console:
    """Where things are shown."""
    shown = Console(highlight=False)
    if not shown.is_terminal:
        shown.width = PLAIN_WIDTH
    return shown


@contextmanager
def watching(to: Console) -> Iterator[Watcher]:
    """What shows an import while it runs."""
    if not to.is_terminal:
        yield Lines(to)
        return
    with Bars(to) as bars:
        yield bars


_NAMES = Column(width=30, no_wrap=True, overflow="ellipsis")


class Lines(Watcher):
    """A line for each file that is done."""

    def __init__(self, to: Console) -> None:
        self._to = to

    @override
    def begin(self, files: Sequence[File]) -> None:
        said = f"{len(files):,} files, {sum(file.size for file in files):,} bytes"
        self._to.print(said)

    @override
    def sent(self, file: File, count: int) -> None:
        """Nothing: a line for each piece would be too much."""

    @override
    def staged(self, file: File, stage: str, progress: int) -> None:
        """Nothing: a line for each step would be too much."""

    @override
    def ended(self, file: File, outcome: Outcome) -> None:
        self._to.print(_line(f"{file.path}: {outcome}"))

    @override
    def wait(self, reason: str, seconds: float) -> None:
        self._to.print(_again(reason, seconds))


class Bars(Watcher):
    """A bar for all bytes, and one for each file that is on its way or being processed."""

    def __init__(self, to: Console) -> None:
        self._progress = Progress(
            TextColumn("{task.description}", markup=False, table_column=_NAMES),
            BarColumn(bar_width=None),
            TextColumn("{task.percentage:>3.0f} %", markup=False),
            TextColumn("{task.fields[said]}", markup=False),
            console=to,
            expand=True,
            transient=True,
        )
        self._all = self._progress.add_task("All", said="")
        self._left: set[File] = set()
        self._size = self._done = 0
        self._bytes: dict[File, int] = {}
        self._tasks: dict[File, TaskID] = {}

    def __enter__(self) -> Watcher:
        self._progress.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._progress.stop()

    @override
    def begin(self, files: Sequence[File]) -> None:
        self._left = set(files)
        self._size = sum(file.size for file in files)
        self._progress.update(self._all, total=self._size)

    @override
    def sent(self, file: File, count: int) -> None:
        self._count(file, count)
        self._show(file, count, of=file.size, said="sending" if count < file.size else "waiting")

    @override
    def staged(self, file: File, stage: str, progress: int) -> None:
        self._show(file, progress, of=100, said=stage)

    @override
    def ended(self, file: File, outcome: Outcome) -> None:
        self._left.discard(file)
        self._count(file, file.size)
        if (task := self._tasks.pop(file, None)) is not None:
            self._progress.remove_task(task)

    @override
    def wait(self, reason: str, seconds: float) -> None:
        self._progress.console.print(_again(reason, seconds))

    def _show(self, file: File, done: int, *, of: int, said: str) -> None:
        if file not in self._tasks:
            self._tasks[file] = self._progress.add_task(_tamed(file.path.name), said="")
        self._progress.update(
            self._tasks[file], completed=done, total=of, said=said, visible=said != "waiting"
        )

    def _count(self, file: File, count: int) -> None:
        self._done += count - self._bytes.get(file, 0)
        self._bytes[file] = count
        said = f"{decimal(self._done)} of {decimal(self._size)}, files left: {len(self._left):,}"
        self._progress.update(self._all, completed=self._done, said=said)


def complain(reason: str, seconds: float) -> None:
    """Say, beside what is asked for, that Aether is away and is asked again."""
    Console(stderr=True, highlight=False).print(_again(reason, seconds))


def sum_up(
    to: Console, outcomes: Mapping[File, Outcome], failures: Mapping[File, Failure], *, left: int
) -> None:
    """Say how an import went, show a table of what failed, and how many files are left over."""
    if failures:
        table = Table("file", "code", "message", box=None, header_style="bold", pad_edge=False)
        for file, failure in sorted(failures.items(), key=lambda it: it[0].path):
            table.add_row(_line(str(file.path)), _line(failure.code), _line(failure.message))
        to.print()
        to.print(table)
        to.print()
    counts = Counter(outcomes.values())
    to.print(", ".join(f"{counts[outcome]:,} {outcome}" for outcome in Outcome))
    if left:
        to.print(f"{left:,} not done: run the same command again, and it goes on from here.")


def show_hits(to: Console, hits: Sequence[Mapping[str, Any]], *, missing: Sequence[str]) -> None:
    """Show what was found, the best first, and which parts of the search did not answer."""
    for leg in missing:
        to.print(f"The search by {leg.lower()} did not answer; there may be more.")
    if not hits:
        to.print("Nothing was found.")
    for number, hit in enumerate(hits, 1):
        to.print(_head(number, hit), soft_wrap=not to.is_terminal)
        if hit["snippet"]:
            to.print(Padding(_snippet(hit), (0, 0, 0, 4), expand=False))


def _head(number: int, hit: Mapping[str, Any]) -> Text:
    document, notebook, chunk = hit["document"], hit["notebook"], hit["chunk"]
    page = f", page {chunk['page']}" if chunk and chunk["page"] else ""
    head = Text(f"{number:>2}. ")
    head.append(_tamed((document or notebook)["name"]), style="bold")
    head.append(f"{page}  {hit['score']:.2f}")
    if document and notebook:
        head.append(f"  in {_tamed(notebook['name'])}", style="dim")
    return head


def _snippet(hit: Mapping[str, Any]) -> Text:
    snippet = _line(hit["snippet"])
    for highlight in hit["highlights"]:
        snippet.stylize("bold yellow", highlight["start"], highlight["end"])
    return snippet


def _again(reason: str, seconds: float) -> Text:
    return _line(f"{reason} Trying again in {seconds:g} s.")


def _line(text: str) -> Text:
    return Text(_tamed(text))


def _tamed(text: str) -> str:
    """*text* as one line that steers nothing, each character still in its place."""
    return _BLANK.sub(" ", _STEERING.sub("\ufffd", text))
