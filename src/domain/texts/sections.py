"""Sections: the headings that stand over each block of a text."""

from dataclasses import dataclass

from aether.domain.texts.extracted import BlockKind, Extracted, Role

HEADING_MOST = 200
"""How much of a heading is told again in what stands below it, in characters."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Section:
    """The headings over a block, itself included if it is one."""

    path: tuple[str, ...] = ()
    level: int = 0


def sections_of(extracted: Extracted) -> list[Section]:
    """The section of each block; what is outside the body has none."""
    sections = []
    open_headings: list[tuple[int, str]] = []
    for block in extracted.blocks:
        if block.role is not Role.BODY:
            sections.append(Section())
            continue
        if block.kind is BlockKind.HEADING:
            level = block.level or 1
            open_headings = [it for it in open_headings if it[0] < level]
            open_headings.append((level, " ".join(block.of(extracted.text).split())[:HEADING_MOST]))
        level = open_headings[-1][0] if open_headings else 0
        sections.append(Section(path=tuple(title for _, title in open_headings), level=level))
    return sections
