"""Paragraphs as they are set on pages: how large, where, and which of them are headings."""

import re
from collections import Counter
from collections.abc import Sequence
from typing import NamedTuple

from aether.domain.texts import BlockKind, Box, Draft, Merge

HEADING_MOST = 200
"""The longest heading, in characters."""
SIZES = (2.0, 1.6, 1.35, 1.15)
"""How many times the size of the body headings are set in, the highest first."""

_LETTER = re.compile(r"[^\W\d_]")


class Paragraph(NamedTuple):
    """Lines that belong together, or a table.

    Attributes:
        height: The height of its letters, in points.
        box: Left, top, right and bottom, in points from the top left corner of the page.
        confidence: How sure its reader is of it, up to 1; none where nothing had to be guessed.
        rows: The cells of a table, row by row; none if it is no table.
        merges: The cells of a table that are one.
    """

    said: str
    height: float
    box: Sequence[float]
    confidence: float | None = None
    rows: Sequence[Sequence[str]] = ()
    merges: Sequence[Sequence[int]] = ()


def drafted(pages: Sequence[Sequence[Paragraph]]) -> Draft:
    """The pages as a draft, what is set larger than the body as headings."""
    levels = _levels(pages)
    draft = Draft()
    for page in pages:
        draft.turn()
        for said, height, box, _, rows, merges in page:
            if rows:
                draft.table(rows, merges=[Merge(*merge) for merge in merges], box=Box(*box))
                continue
            level = levels.get(round(height))
            if level and len(said) <= HEADING_MOST and _LETTER.search(said):
                draft.add(" ".join(said.split()), BlockKind.HEADING, level=level, box=Box(*box))
            else:
                draft.add(said, box=Box(*box))
    return draft


def _levels(pages: Sequence[Sequence[Paragraph]]) -> dict[int, int]:
    """The level of a heading by its height in whole points; none for the body and what is smaller."""
    said = Counter[int]()
    for page in pages:
        for paragraph in page:
            said[round(paragraph.height)] += len(paragraph.said)
    body = max(said, key=lambda height: said[height], default=0)
    larger = {height: _size(height / body) for height in said if body and height >= body * SIZES[-1]}
    ranks = sorted(set(larger.values()))
    return {height: ranks.index(size) + 1 for height, size in larger.items()}


def _size(times: float) -> int:
    """Which of `SIZES` a heading has that is so many times the body's size."""
    return next(rank for rank, least in enumerate(SIZES) if times >= least)
