"""Lattices: the cells between rules that cross each other.

Where no rule parts two cells they are one. A lattice may be open at its sides: then its outermost cells
reach as far as the rules do.
"""

from bisect import bisect_right
from collections.abc import Iterator, Sequence
from itertools import pairwise
from typing import NamedTuple

from aether.adapters.extraction.rules import NEAR, Rule, Rules
from aether.domain.texts import Merge

RULES_MOST = 400
"""How many rules across, or down, a page has at most to be looked at."""
OPEN = 6.0
"""How far rules reach beyond the last that crosses them where a lattice is open, in points."""


class Lattice(NamedTuple):
    """A table as it is drawn.

    Attributes:
        xs: Where its columns begin, and the last one ends, in points from the left.
        ys: Where its rows begin, and the last one ends, in points from the top.
        merges: Its cells, each as the places it takes.
    """

    xs: Sequence[float]
    ys: Sequence[float]
    merges: Sequence[Merge]

    def cell(self, x: float, y: float) -> tuple[int, int] | None:
        """The row and the column of the cell at this point; none outside."""
        column, row = bisect_right(self.xs, x) - 1, bisect_right(self.ys, y) - 1
        within = 0 <= column < len(self.xs) - 1 and 0 <= row < len(self.ys) - 1
        return (row, column) if within else None


def lattices_of(rules: Rules) -> Iterator[Lattice]:
    """The lattices of a page that have two rows and two columns at least, from the top."""
    if max(len(rules.across), len(rules.down)) > RULES_MOST:
        return
    for across, down in sorted(_crossing(rules), key=lambda both: both[0][0].at):
        xs = _places(down, across)
        ys = _places(across, down)
        if len(xs) > 2 and len(ys) > 2:  # noqa: PLR2004 - two cells have three sides
            yield Lattice(xs, ys, list(_cells(xs, ys, across, down)))


def _crossing(rules: Rules) -> Iterator[tuple[list[Rule], list[Rule]]]:
    """The rules that hang together, across and down."""
    left = set(rules.down)
    open_rules = set(rules.across)
    while open_rules:
        first = min(open_rules)
        open_rules.discard(first)
        across, todo = [first], [(first, True)]
        down: list[Rule] = []
        while todo:
            rule, level = todo.pop()
            others = left if level else open_rules
            met = [other for other in others if _meet(rule, other)]
            others.difference_update(met)
            (down if level else across).extend(met)
            todo += [(other, not level) for other in met]
        if down:
            yield sorted(across), sorted(down)


def _meet(rule: Rule, other: Rule) -> bool:
    return (
        rule.begin - NEAR <= other.at <= rule.end + NEAR and other.begin - NEAR <= rule.at <= other.end + NEAR
    )


def _places(rules: Sequence[Rule], crossing: Sequence[Rule]) -> list[float]:
    """Where *rules* lie, and where those *crossing* them end beyond the outermost."""
    places = [rules[0].at]
    places += [after.at for before, after in pairwise(rules) if after.at > before.at + NEAR / 2]
    begin, end = min(rule.begin for rule in crossing), max(rule.end for rule in crossing)
    return [begin] * (begin < places[0] - OPEN) + places + [end] * (end > places[-1] + OPEN)


def _cells(
    xs: Sequence[float], ys: Sequence[float], across: Sequence[Rule], down: Sequence[Rule]
) -> Iterator[Merge]:
    """The cells, row by row, each as large as no rule parts it."""
    beside, below = _walls(down, xs, ys), _walls(across, ys, xs)
    rows, columns = len(ys) - 1, len(xs) - 1
    taken: set[tuple[int, int]] = set()
    for row in range(rows):
        for column in range(columns):
            if (row, column) in taken:
                continue
            right, bottom = column + 1, row + 1
            while right < columns and (right, row) not in beside and (row, right) not in taken:
                right += 1
            while bottom < rows and not any((bottom, it) in below for it in range(column, right)):
                bottom += 1
            taken |= {(y, x) for y in range(row, bottom) for x in range(column, right)}
            yield Merge(row, column, bottom - row, right - column)


def _walls(rules: Sequence[Rule], places: Sequence[float], along: Sequence[float]) -> set[tuple[int, int]]:
    """Where a rule parts two cells: the place it lies at, and the row or column it does so in."""
    middles = [(begin + end) / 2 for begin, end in pairwise(along)]
    return {
        (place, cell)
        for rule in rules
        for place, at in enumerate(places)
        if abs(at - rule.at) <= NEAR
        for cell, middle in enumerate(middles)
        if rule.begin <= middle <= rule.end
    }
