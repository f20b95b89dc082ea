"""Lines: the frame that readers of line-based markup share.

A reader of such markup goes through the lines of a file once; what it gathers becomes a block
when something else begins.
"""

from collections.abc import Sequence

from aether.adapters.extraction.charsets import decode
from aether.adapters.extraction.formats import Source
from aether.domain.texts import BlockKind, Draft, Role

HEADING_MOST = 200
"""The longest heading, in characters."""


def lines_of(source: Source) -> tuple[list[str], str]:
    """The lines of a file without white space at their ends, and its charset."""
    said, charset = decode(source.path.read_bytes())
    said = said.removeprefix("\ufeff").replace("\r\n", "\n").replace("\r", "\n").expandtabs(8)
    return [line.rstrip() for line in said.split("\n")], charset


class Gatherer:
    """Gathers lines of one kind, and adds them to a draft as a block when another kind begins."""

    def __init__(self, draft: Draft) -> None:
        self._draft = draft
        self._lines: list[str] = []
        self._rows: list[Sequence[str]] = []
        self._headers = 0
        self._kind = BlockKind.PARAGRAPH
        self._role = Role.BODY

    @property
    def kind(self) -> BlockKind | None:
        """What is being gathered; none if nothing is."""
        return self._kind if self._lines or self._rows else None

    def say(self, line: str, kind: BlockKind = BlockKind.PARAGRAPH, role: Role = Role.BODY) -> None:
        """Gather a line; one of another kind ends the block before it."""
        if kind is not self._kind or role is not self._role:
            self.end()
        self._kind, self._role = kind, role
        self._lines.append(line)

    def row(self, cells: Sequence[str]) -> None:
        """Gather a row of a table."""
        if self.kind is not BlockKind.TABLE:
            self.end()
        self._kind, self._role = BlockKind.TABLE, Role.BODY
        self._rows.append(cells)

    def rule(self) -> None:
        """Heed a line below the first rows of a table: they name its columns."""
        self._headers = self._headers or len(self._rows)

    def end(self) -> None:
        """End the block that is being gathered."""
        lines, self._lines = self._lines, []
        rows, self._rows = self._rows, []
        headers, self._headers = self._headers, 0
        if rows:
            self._draft.table(rows, headers=headers if headers < len(rows) else 0)
        if lines:
            self._draft.add("\n".join(lines), self._kind, role=self._role)

    def head(self, said: str, level: int) -> None:
        """Add a heading."""
        self.end()
        self._draft.add(" ".join(said.split())[:HEADING_MOST], BlockKind.HEADING, level=min(max(level, 1), 6))
