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
from aether.adapters.patterns.shapes import Bare, Rule, compiled, latin_1
from aether.domain.sensitive import Detector, Find, masked, resolved

WINDOW = 8192
BEYOND = 1024
"""How far beyond its window a match is looked for, in characters."""
LONGEST = 1 << 14
"""The longest match, in characters."""
LAST_GROUP = 4
"""How many characters at the end of what is never a find may begin one."""


@dataclass(frozen=True, slots=True)
class _Compiled:
    """A rule as RE2 has it.

    Attributes:
        whole: Finds a match, and not where the value in it is: without groups RE2 is many times as fast.
        head: What stands before the value, if the value is what is left of every match.
        value: The value, from where it begins.
        grouped: Finds the value too, wherever it is.
        never: What is none of it, and is passed over at once.
    """

    rule: Rule
    spoken: bool
    whole: Bare
    head: Bare | None
    value: Bare | None
    grouped: "re2._Regexp"
    never: Bare | None

    def span(self, plain: bytes, begin: int, end: int) -> tuple[int, int]:
        """Where the value is in the match from *begin* to *end*."""
        if not self.spoken:
            return begin, end
        if self.head is not None and self.value is not None:
            head = self.head.match(plain, begin, end)
            if head >= 0 and self.value.match(plain, head, end) == end:
                return head, end
        match = self.grouped.match(plain, begin, end)
        assert match is not None
        value_begin, value_end = match.span(1)
        return value_begin, value_end


class PatternDetector(Detector):
    """Finds what looks like something sensitive, and proves to be, as far as that can be proved.

    Its patterns are compiled when the first text is there.
    """

    @cached_property
    def _rules(self) -> Sequence[_Compiled]:
        return [_compiled(rule) for rule in RULES]

    @cached_property
    def _any(self) -> Bare:
        return Bare("|".join(rule.nameless for rule in RULES))

    @cached_property
    def _which(self) -> "re2.Set":
        which = re2.Set.SearchSet(latin_1())
        for rule in RULES:
            which.Add(rule.nameless.encode("latin-1"))
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
        first, _ = self._any.search(plain, start, start + WINDOW + BEYOND)
        if not start <= first < start + WINDOW:
            return ()
        # It says the same of nothing found as of too little memory.
        called = self._which.Match(plain[max(0, start - 1) : start + WINDOW + BEYOND])
        return [self._rules[number] for number in called] if called else self._rules


def _found(it: _Compiled, plain: bytes, start: int) -> Iterator[Find]:
    """What *it* finds that begins in the window at *start*."""
    place, last = start, start + WINDOW
    while place < last:
        first, end = it.whole.search(plain, place, last + BEYOND)
        if first < 0 or first >= last:
            return
        place, find = _looked_at(it, plain, first, end, last)
        if find is not None:
            yield find


def _looked_at(it: _Compiled, plain: bytes, first: int, end: int, last: int) -> tuple[int, Find | None]:
    """Where to look on after the match from *first* to *end*, and what it is, if it is believed."""
    if it.never is not None and (passed := it.never.match(plain, first, len(plain))) > 0:
        return passed - LAST_GROUP, None
    if end > last:
        end = max(end, it.whole.match(plain, first, first + LONGEST))
    begin, end = it.span(plain, first, end)
    value = plain[begin:end].decode("latin-1")
    if it.rule.cut is not None:
        value = it.rule.cut(value)
    find = _believed(it, plain, begin, value)
    if find is not None:
        return max(find.end, first + 1), find
    return begin + _first_run(value) if it.rule.again else max(end, first + 1), None


def _compiled(rule: Rule) -> _Compiled:
    head, value = rule.parts or (None, None)
    return _Compiled(
        rule,
        spoken=rule.spoken,
        whole=Bare(rule.nameless),
        head=None if head is None else Bare(head),
        value=None if value is None else Bare(value),
        grouped=compiled(rule.pattern),
        never=None if rule.never is None else Bare(rule.never),
    )


def _believed(it: _Compiled, plain: bytes, begin: int, value: str) -> Find | None:
    end = begin + len(value)
    sure = it.rule.judge(Sight(value, plain, begin, end, it.spoken))
    if not sure:
        return None
    kind = it.rule.kind
    return Find(start=begin, end=end, kind=kind, confidence=sure, masked=masked(kind, value))


def _first_run(value: str) -> int:
    """How far the first digits and letters of *value* go, at least one character."""
    return (
        next((place for place, letter in enumerate(value) if place and not letter.isalnum()), len(value)) or 1
    )
