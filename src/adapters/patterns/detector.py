"""The detector: one look at each window of a text tells which rules have anything to look for there.

The text is turned into one byte a character, so that a place in the one is the same place in the
other. A window has the matches that begin in it; where they end may lie beyond.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import re2
from typing_extensions import override

from aether.adapters.patterns.judges import Sight
from aether.adapters.patterns.rules import RULES, Rule
from aether.domain.sensitive import Detector, Find, masked, resolved

WINDOW = 2048
BEYOND = 1024
"""How far beyond its window a match is looked for, in characters."""
LONGEST = 1 << 14
"""The longest match, in characters."""
BEFORE = 96
AFTER = 8
"""How many characters around a match are told to its judge."""
MEMORY = 1 << 26
"""How much RE2 may remember of what it looks for, in bytes; it works more slowly without."""

_ONE_FOR_ONE = {
    " ": "\u00a0\u2000\u2002\u2003\u2004\u2005\u2006\u2007\u2008\u2009\u200a\u202f\u205f\u3000",
    "-": "\u00ad\u2010\u2011\u2012\u2013\u2014\u2212",
    "'": "\u2018\u2019",
}
"""What is typeset in the place of a plain character; each is a single character too."""
_ALIKE = [(it, plain) for plain, letters in _ONE_FOR_ONE.items() for it in letters]


@dataclass(frozen=True, slots=True)
class _Compiled:
    rule: Rule
    pattern: "re2._Regexp"
    group: int


class PatternDetector(Detector):
    """Finds what looks like something sensitive, and proves to be, as far as that can be proved."""

    def __init__(self) -> None:
        options = re2.Options()
        options.encoding = re2.Options.Encoding.LATIN1
        options.max_mem = MEMORY
        self._rules = [
            _Compiled(
                rule, re2.compile(rule.pattern.encode("latin-1"), options), group=1 if rule.spoken else 0
            )
            for rule in RULES
        ]
        nameless = [rule.pattern.replace("(?P<value>", "(?:").encode("latin-1") for rule in RULES]
        self._any = re2.compile(b"|".join(nameless), options)
        self._which = re2.Set.SearchSet(options)
        for pattern in nameless:
            self._which.Add(pattern)
        self._which.Compile()

    @override
    def find(self, text: str) -> Sequence[Find]:
        plain = _plain(text)
        finds: list[Find] = []
        for start in range(0, len(plain), WINDOW):
            for it in self._called_for(plain, start):
                finds += _found(it, plain, start)
        return resolved(finds)

    def _called_for(self, plain: bytes, start: int) -> Sequence[_Compiled]:
        """The rules that may match in the window at *start*."""
        called = self._which.Match(plain[max(0, start - 1) : start + WINDOW + BEYOND])
        if called:
            return [self._rules[number] for number in called]
        # It says the same of nothing found as of too little memory; this one never runs out of it.
        looked = self._any.search(plain, start, start + WINDOW + BEYOND)
        return self._rules if looked is not None else ()


def _plain(text: str) -> bytes:
    """*text* in one byte a character: a place there is the same place here."""
    if not text.isascii():
        for letter, plain in _ALIKE:
            text = text.replace(letter, plain)
    return text.encode("latin-1", "replace")


def _found(it: _Compiled, plain: bytes, start: int) -> Iterator[Find]:
    """What *it* finds that begins in the window at *start*."""
    place, last, end = start, start + WINDOW, start + WINDOW + BEYOND
    while place < last and (match := it.pattern.search(plain, place, end)) is not None:
        if match.start() >= last:
            return
        if match.end() > last:
            match = it.pattern.match(plain, match.start(), match.start() + LONGEST) or match
        begin, until = match.span(it.group)
        value = plain[begin:until].decode("latin-1")
        if it.rule.cut is not None:
            value = it.rule.cut(value)
        find = _believed(it, plain, begin, value)
        if find is not None:
            yield find
            place = max(find.end, match.start() + 1)
        else:
            place = begin + _first_run(value) if it.rule.again else max(until, place + 1)


def _believed(it: _Compiled, plain: bytes, begin: int, value: str) -> Find | None:
    end = begin + len(value)
    before = plain[max(0, begin - BEFORE) : begin].rpartition(b"\n")[2].decode("latin-1").lower()
    after = plain[end : end + AFTER].decode("latin-1")
    sure = it.rule.judge(Sight(value=value, before=before, after=after, spoken=it.rule.spoken))
    if not sure:
        return None
    kind = it.rule.kind
    return Find(start=begin, end=end, kind=kind, confidence=sure, masked=masked(kind, value))


def _first_run(value: str) -> int:
    """How far the first digits and letters of *value* go, at least one character."""
    return (
        next((place for place, letter in enumerate(value) if place and not letter.isalnum()), len(value)) or 1
    )
