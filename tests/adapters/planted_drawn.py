"""Documents drawn at random from phrases that somebody wrote who had not read the rules.

`planted_phrases.txt` has one phrase a line under the kind that it is about; `{kind:style}` stands for a value
and is sensitive if it names a kind, and only looks as if it were otherwise. The phrases are halved: rules may
be made by one half; the other, with other values, was looked at only when they were done.
"""

import re
from collections.abc import Iterator, Sequence
from pathlib import Path
from random import Random
from typing import Literal
from zlib import crc32

from aether.domain.sensitive import SensitiveKind as Kind
from tests.adapters import planted_values
from tests.adapters.planted_fresh import Document, Place

Half = Literal["tuning", "final"]
HALVES: Sequence[Half] = ("tuning", "final")

_PHRASES = Path(__file__).with_name("planted_phrases.txt")
_HEAD = re.compile(r"\[(\w+)\]")
_SLOT = re.compile(r"\{(?P<what>\w+)(?::(?P<style>\w+))?\}")
_JOINTS = ("\n", "\n", "\n\n", "\n\n", "\n- ", "\r\n")


class _Writing:
    """A document as it grows."""

    def __init__(self, name: str, chance: Random) -> None:
        self.name, self.chance = name, chance
        self.pieces: list[str] = []
        self.length = 0
        self.planted: set[Place] = set()
        self.lookalikes: list[str] = []

    def add(self, text: str) -> None:
        self.pieces.append(text)
        self.length += len(text)

    def phrase(self, phrase: str) -> None:
        phrase = phrase.replace(r"\r", "\r").replace(r"\n", "\n").replace(r"\t", "\t")
        after = 0
        for slot in _SLOT.finditer(phrase):
            self.add(phrase[after : slot.start()])
            after = slot.end()
            what, style = slot["what"], slot["style"] or ""
            start = self.length
            if what in planted_values.KINDS:
                self.add(planted_values.KINDS[what](self.chance, style))
                self.planted.add((Kind(what), start, self.length))
            else:
                value = planted_values.OTHERS[what](self.chance, style)
                self.add(value)
                self.lookalikes.append(value)
        self.add(phrase[after:])

    def document(self) -> Document:
        return Document(self.name, "".join(self.pieces), frozenset(self.planted), self.lookalikes)


def documents(half: Half, *, seed: int, times: int = 3) -> list[Document]:
    """Every phrase of *half* so many times, in documents of some thirty phrases and tables of their own."""
    chance = Random(f"{half} {seed}")
    return [*_letters(half, chance, times), *_tables(half, chance, times)]


def _letters(half: Half, chance: Random, times: int) -> Iterator[Document]:
    sections = _phrases(half)
    phrases = [it for kind, several in sections.items() if kind not in {"tables", "prose"} for it in several]
    phrases *= times
    chance.shuffle(phrases)
    for begin in range(0, len(phrases), 30):
        writing = _Writing(f"{half}-{begin // 30}", chance)
        for phrase in phrases[begin : begin + 30]:
            if chance.random() < 0.4:
                writing.add(chance.choice(sections["prose"]) + chance.choice(("\n", "\n\n", " ")))
            writing.phrase(phrase)
            writing.add(chance.choice(_JOINTS))
        yield writing.document()


def _tables(half: Half, chance: Random, times: int) -> Iterator[Document]:
    for place, line in enumerate(_phrases(half)["tables"] * max(1, times - 1)):
        writing = _Writing(f"{half}-table-{place}", chance)
        head, _, cells = line.partition(": ")
        joint = chance.choice((",", ";", "\t", " | "))
        quote = chance.choice(("", "", '"'))
        quoted = [f"{quote}{it}{quote}" for it in head.split("|")]
        writing.add(joint.join(quoted) + "\n")
        for _ in range(4):
            for column, cell in enumerate(cells.split("|")):
                writing.add(joint if column else "")
                writing.add(quote)
                writing.phrase(cell)
                writing.add(quote)
            writing.add("\n")
        yield writing.document()


def _phrases(half: Half) -> dict[str, list[str]]:
    """The phrases of one half, by what they are about; prose belongs to both."""
    sections: dict[str, list[str]] = {}
    several: list[str] = []
    for line in _PHRASES.read_text(encoding="utf-8").splitlines():
        head = _HEAD.fullmatch(line)
        if head:
            several = sections.setdefault(head[1], [])
        else:
            several.append(line)
    rest = 0 if half == "tuning" else 1
    return {
        kind: several if kind == "prose" else sorted(several, key=lambda it: crc32(it.encode()))[rest::2]
        for kind, several in sections.items()
    }
