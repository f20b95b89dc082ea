"""Reading what is only seen: pictures of pages, by Tesseract, a process for each page.

A picture goes in as grey pixels, so that no decoder but ours ever sees the file; words come out with
their places and with how sure Tesseract is of them. Two pages are read at a time.
"""

import ctypes
import os
import resource
import signal
import subprocess
from collections import deque
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from itertools import groupby
from statistics import median
from typing import Any, NamedTuple

from aether.adapters.extraction.paragraphs import Paragraph

PAGES_MOST = 2_000
"""How many pages of a file are read by their looks; others are counted as having no text."""
PAGE_S = 30
"""How long a page may take, in seconds; one that takes longer has no text."""
MEMORY = 512 * 2**20
"""How much memory a page may take, in bytes; usually it is a tenth of it."""
PIXELS_MOST = 12_000_000
"""How many pixels are looked at; larger pictures are made smaller."""
AT_ONCE = min(2, os.cpu_count() or 1)
DPI = 200
POINTS = 72
"""How many points an inch has."""
SURE = 0.3
"""How sure Tesseract must be of a word; below it, it mostly sees words in stains and lines."""
HEADING = 1.5
"""How many times the height of a page's words those of a heading have at least."""
BODY = 10.0
"""The height that the words of a page are said to have, in points: what is measured varies by its letters."""

_WORD = "5"
_PR_SET_PDEATHSIG = 1


@dataclass(frozen=True, slots=True, kw_only=True)
class Picture:
    """Grey pixels, row by row from the top, a byte for each; so many points across."""

    width: int
    height: int
    pixels: bytes
    points: float


class _Word(NamedTuple):
    place: tuple[int, int, int]
    """Its block, its paragraph, its line."""
    box: tuple[float, float, float, float]
    confidence: float
    said: str


class Tesseract:
    """Reads pictures, in the languages that it was told.

    Args:
        told: Where the program is (`program`, none if it is nowhere), and the `languages` to read.

    Attributes:
        lacking: Why nothing can be read; none if it can.
        languages: The languages, as Tesseract writes them.
    """

    def __init__(self, told: Mapping[str, Any] | None) -> None:
        self._program = (told or {}).get("program")
        self.languages = (told or {}).get("languages", "eng")
        self.lacking = self._lacking()

    def begin(self, picture: Picture) -> Callable[[], list[Paragraph]]:
        """Have *picture* read; what is given back waits for its paragraphs, or for none if it fails."""
        scale = picture.points / picture.width
        command = [self._program, "stdin", "stdout", "-l", self.languages]
        command += ["--dpi", str(round(POINTS / scale)), "tsv"]
        reading = subprocess.Popen(  # noqa: S603 - the program that the worker found
            command,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            env={"OMP_THREAD_LIMIT": "1", "LC_ALL": "C.UTF-8"},
            preexec_fn=_confined,  # noqa: PLW1509 - this process has one thread
        )
        assert reading.stdin
        with suppress(BrokenPipeError):
            reading.stdin.write(b"P5 %d %d 255\n" % (picture.width, picture.height))
            reading.stdin.write(picture.pixels)
            reading.stdin.close()
        reading.stdin = None  # All of it is written: nothing waits for more.

        def paragraphs() -> list[Paragraph]:
            try:
                told, _ = reading.communicate(timeout=PAGE_S)
            except subprocess.TimeoutExpired:
                reading.kill()
                reading.communicate()
                return []
            return _paragraphs(list(_words(told.decode("utf-8", "replace"), scale)))

        return paragraphs

    def _lacking(self) -> str | None:
        if not self._program:
            return "Tesseract is not installed."
        listing = subprocess.run(  # noqa: S603 - the program that the worker found
            [self._program, "--list-langs"], capture_output=True, timeout=PAGE_S, check=False, text=True
        )
        missing = set(self.languages.split("+")) - set(listing.stdout.split())
        named = ", ".join(sorted(missing))
        return f"Tesseract does not know {named}." if missing else None


def languages_of(told: Mapping[str, Any] | None) -> str:
    """The languages in which pictures are read, as a reader was *told*; none where they are not."""
    return told["languages"] if told and told["program"] else ""


def in_turn(begun: Iterable[Callable[[], list[Paragraph]]]) -> Iterator[list[Paragraph]]:
    """What each of *begun* gives, in order; a few are under way at any time."""
    waiting = deque[Callable[[], list[Paragraph]]]()
    for page in begun:
        waiting.append(page)
        if len(waiting) > AT_ONCE - 1:
            yield waiting.popleft()()
    while waiting:
        yield waiting.popleft()()


def sureness(pages: Iterable[Iterable[Paragraph]]) -> float | None:
    """How sure Tesseract is of all it read on *pages*, by the length of what it read."""
    said = [(it.confidence, len(it.said)) for page in pages for it in page if it.confidence is not None]
    whole = sum(length for _, length in said)
    return round(sum(sure * length for sure, length in said) / whole, 3) if whole else None


def _confined() -> None:
    """What the reading process denies itself: it ends with the one that began it, and has little memory."""
    ctypes.CDLL(None).prctl(_PR_SET_PDEATHSIG, signal.SIGKILL)
    resource.setrlimit(resource.RLIMIT_AS, (MEMORY, MEMORY))


def _words(told: str, scale: float) -> Iterator[_Word]:
    for row in told.splitlines():
        cells = row.split("\t", 11)
        if cells[0] != _WORD or not (said := cells[11].strip()):
            continue
        confidence = float(cells[10]) / 100
        if confidence < SURE:
            continue
        block, paragraph, line = (int(cell) for cell in cells[2:5])
        left, top, width, height = (int(cell) * scale for cell in cells[6:10])
        yield _Word((block, paragraph, line), (left, top, left + width, top + height), confidence, said)


def _paragraphs(words: Sequence[_Word]) -> list[Paragraph]:
    usual = median(_height(word) for word in words) if words else 0.0
    return [_paragraph(list(some), usual) for _, some in groupby(words, key=lambda word: word.place[:2])]


def _paragraph(words: Sequence[_Word], usual: float) -> Paragraph:
    lines = (" ".join(word.said for word in line) for _, line in groupby(words, key=lambda word: word.place))
    height = median(map(_height, words))
    lefts, tops, rights, bottoms = zip(*(word.box for word in words), strict=True)
    box = (min(lefts), min(tops), max(rights), max(bottoms))
    return Paragraph(
        "\n".join(lines),
        BODY * height / usual if height >= HEADING * usual else BODY,
        tuple(round(side, 1) for side in box),
        round(sum(word.confidence for word in words) / len(words), 3),
    )


def _height(word: _Word) -> float:
    return word.box[3] - word.box[1]
