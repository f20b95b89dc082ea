"""Shapes: how one kind is found, and what may stand between a word and the number that it announces."""

import re
from collections.abc import Callable
from dataclasses import dataclass

import re2

from aether.adapters.patterns.judges import Judge
from aether.domain.sensitive import SensitiveKind

_VALUE = "(?P<value>"
_ANYWHERE, _AT_START = re2._Anchor.UNANCHORED, re2._Anchor.ANCHOR_START  # noqa: SLF001
MEMORY = 1 << 26
"""How much RE2 may remember of what it looks for, in bytes; it works more slowly without."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Rule:
    """How one kind is found.

    Attributes:
        pattern: What it looks like, in RE2's syntax and Latin-1; its group, if it has one, is the value.
        judge: How sure a match is.
        cut: Takes off the end of a match what does not belong to it.
        again: Whether a match that is not believed may hide one that begins within it.
        never: A pattern of what is none of it although it begins like it, however long it goes on.
    """

    kind: SensitiveKind
    pattern: str
    judge: Judge
    cut: Callable[[str], str] | None = None
    again: bool = False
    never: str | None = None

    @property
    def spoken(self) -> bool:
        """Whether a word before the value belongs to the pattern."""
        return _VALUE in self.pattern

    @property
    def nameless(self) -> str:
        """The pattern without its group."""
        return self.pattern.replace(_VALUE, "(?:")

    @property
    def parts(self) -> tuple[str, str] | None:
        """What stands before the value, and the value; none if anything but an edge of a word follows it.

        Where the first way to match what stands before is followed by a value, that is the first way to match
        the whole, too.
        """
        head, _, rest = self.pattern.partition(_VALUE)
        value, _, after = rest.rpartition(")")
        return (head, f"(?:{value}){after}") if after in {"", r"\b"} and _balanced(value) else None


_SIGNS = r"""[ \t]+|[\s.:=#"'|*/<>_-]|\?{1,12}|\([^()\n\d]{1,24}\)|\(\xa7[^()\n]{1,20}\)"""
"""Spaces as far as the next column, single signs, a word in another script, and a remark."""
_SMALL = (
    "number|nummer|numer|numero|num[ée]ro|n[°º]|no|nr|num|n|id|is|was|ist|est|es"
    "|my|code|card|of|de|du|del|the|am|op|le|la|el|il|al|den|das|sob o|em"
)
JOINT = rf"(?i:{_SIGNS}|{_SMALL}){{0,10}}"
"""What stands between a word and the number that it announces."""
_REMARK = rf"(?i:{_SIGNS}|[(),º°]|[a-zà-ÿ]+){{0,10}}"
"""The same with a few words of any kind, before a number that proves itself."""
_OPENED = rf"(?:{JOINT}\(?)"
_APART = r"[ ./-]{0,3}"
"""What parts the groups of a number that proves itself, and is announced."""


def _balanced(pattern: str) -> bool:
    """Whether every parenthesis that is opened in *pattern* is closed there."""
    depth = 0
    for sign in re.sub(r"\\.|\[(?:\\.|[^\]])*\]|[^()]", "", pattern):
        depth += 1 if sign == "(" else -1
        if depth < 0:
            return False
    return depth == 0


class Bare:
    """A pattern without groups, which tells where it matches and nothing else.

    It asks RE2 itself: what the wrapper around it does takes longer than most matches.
    """

    __slots__ = ("_expression",)

    def __init__(self, pattern: str) -> None:
        self._expression = compiled(pattern)._regexp  # noqa: SLF001

    def search(self, text: bytes, start: int, end: int) -> tuple[int, int]:
        """Where the first match after *start* begins and ends, which is before *end*; -1 and -1 for none."""
        length = len(text)
        spans: list[tuple[int, int]] = self._expression.Match(_ANYWHERE, text, start, min(length, end))
        return spans[0]

    def match(self, text: bytes, start: int, end: int) -> int:
        """Where the match at *start* ends, which is before *end*; -1 for none."""
        length = len(text)
        spans: list[tuple[int, int]] = self._expression.Match(_AT_START, text, start, min(length, end))
        return spans[0][1]


def compiled(pattern: str) -> "re2._Regexp":
    """*pattern*, to be looked for in a text of one byte a character."""
    return re2.compile(pattern.encode("latin-1"), latin_1())


def latin_1() -> "re2.Options":
    """How RE2 is to look at texts of one byte a character."""
    options = re2.Options()
    options.encoding = re2.Options.Encoding.LATIN1
    options.max_mem = MEMORY
    return options


def joined(words: str) -> str:
    """The pattern of *words* as people write them and as programs do: with spaces, joined or in one."""
    return words.replace(" ", "[ _-]?")


def said(words: str, foreign: str = "") -> str:
    """The pattern of one of *words*, or of those for which the sign *foreign* stands."""
    latin = rf"(?i:\b(?:{joined(words)}))"
    return rf"(?:{latin}|{foreign}+)" if foreign else latin


def led(words: str, value: str, *, foreign: str = "") -> str:
    """The pattern of a *value* after one of *words*, whatever small stands between them."""
    return rf"{said(words, foreign)}{_OPENED}\b(?P<value>{value})\b"


def proven_after(words: str, value: str, *, foreign: str = "") -> str:
    """The pattern of a *value* that proves itself, some words after one of *words*."""
    return rf"{said(words, foreign)}{_REMARK}\b(?P<value>{value})\b"


def digits(*groups: int) -> str:
    """The pattern of digits in *groups*, or in one, however they are parted."""
    return _APART.join(rf"\d{{{count}}}" for count in groups)
