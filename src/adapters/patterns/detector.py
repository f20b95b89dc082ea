"""The detector: one look at each window of a text tells which rules have anything to look for there.

The text is turned into one byte a character, so that a place in the one is the same place in the
other. It is looked at twice where it has tables: as it stands, and cell by cell. A window has the
matches that begin in it; where they end may lie beyond.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property

import re2
from typing_extensions import override

from aether.adapters.patterns.columns import announced
from aether.adapters.patterns.judges import Sight
from aether.adapters.patterns.letters import plainly
from aether.adapters.patterns.rules import RULES
from aether.adapters.patterns.shapes import Rule, compiled, latin_1
from aether.domain.sensitive import Detector, Find, masked, resolved

WINDOW = 2048
BEYOND = 1024
"""How far beyond its window a match is looked for, in characters."""
LONGEST = 1 << 14
"""The longest match, in characters."""
BEFORE = 96
AFTER = 8
"""How many characters around a match are told to its judge."""


@dataclass(frozen=True, slots=True)
class _Compiled:
    rule: Rule
    pattern: "re2._Regexp"
    group: int


_NAMELESS = [rule.pattern.replace("(?P<value>", "(?:") for rule in RULES]


class PatternDetector(Detector):
    """Finds what looks like something sensitive, and proves to be, as far as that can be proved.

    Its patterns are compiled when the first text is there.
    """

    @cached_property
    def _rules(self) -> Sequence[_Compiled]:
        return [_Compiled(rule, compiled(rule.pattern), group=1 if rule.spoken else 0) for rule in RULES]

    @cached_property
    def _any(self) -> "re2._Regexp":
        return compiled("|".join(_NAMELESS))

    @cached_property
    def _which(self) -> "re2.Set":
        which = re2.Set.SearchSet(latin_1())
        for pattern in _NAMELESS:
            which.Add(pattern.encode("latin-1"))
        which.Compile()
        return which

    @override
    def find(self, text: str) -> Sequence[Find]:
        plain = plainly(text)
        cells = announced(plain)
        return resolved([*self._found(plain), *cells.told(list(self._found(cells.text)))])

    def _found(self, plain: bytes) -> Iterator[Find]:
        for start in range(0, len(plain), WINDOW):
            for it in self._called_for(plain, start):
                yield from _found(it, plain, start)

    def _called_for(self, plain: bytes, start: int) -> Sequence[_Compiled]:
        """The rules that may match in the window at *start*."""
        called = self._which.Match(plain[max(0, start - 1) : start + WINDOW + BEYOND])
        if called:
            return [self._rules[number] for number in called]
        # It says the same of nothing found as of too little memory; this one never runs out of it.
        looked = self._any.search(plain, start, start + WINDOW + BEYOND)
        return self._rules if looked is not None else ()


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
