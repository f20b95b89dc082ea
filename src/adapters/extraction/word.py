"""Documents of an old Word: the body and its boxes, then what stands around it, each part with its role.

Text that was deleted under change tracking is left out, and of fields only what they show is read.
"""

import re
import struct

from aether.adapters.extraction.compounds import LIBRARY, Compound
from aether.adapters.extraction.formats import Source
from aether.adapters.extraction.wordfiles import Paragraph, WordFile
from aether.domain.texts import JOINT, BlockKind, Draft, Extracted, FileBroken, Role

VERSION = f"1 {LIBRARY}"

_PARAGRAPH = re.compile(r"[^\r\x07\x0c]*+(?:[\r\x07\x0c]|\Z)")
_CELL = "\x07"
_FIELD = re.compile(r"([\x13\x14\x15])")
_BEGINS, _SHOWS, _ENDS = "\x13", "\x14", "\x15"
_RUBY = re.compile(r"\s*EQ\b.*\\o.*\\s\\up\s*\d+\(.*?\),(.*)\)\s*", re.DOTALL)
"""The instruction that sets how words are spoken above them: the one that is no mere look of something."""
_INSTRUCTION_MOST = 1_000
"""How much of an instruction is looked at, in characters."""
_SHOWN = {
    **dict.fromkeys(range(32)),
    ord("\t"): "\t",
    0x0B: "\n",
    0x0E: "\n",
    0x1E: "\u2011",
}
"""What control characters stand for; most mark something that says nothing."""


def read(source: Source) -> Extracted:
    """The text of a Word document.

    Raises:
        FileEncrypted: It takes a password to open it.
        FileUnsupported: It is of Word 95 or older.
        FileBroken: It is damaged.
    """
    draft = Draft()
    with Compound(source.path) as compound:
        try:
            _fill(draft, WordFile(compound))
        except (struct.error, IndexError, UnicodeError) as error:
            raise FileBroken("The document is damaged.") from error
        told = compound.told()
    return draft.finished(
        content_type=source.content_type,
        extractor="word",
        version=VERSION,
        title=told.pop("title", None),
        metadata=told,
    )


def _fill(draft: Draft, file: WordFile) -> None:
    for name in ("body", "boxes"):
        _Story(draft, file, Role.BODY).read(*file.stories[name])
    seen: set[str] = set()
    for start, end, below in file.headers():
        _Story(draft, file, Role.FOOTER if below else Role.HEADER, seen).read(start, end)
    for name, role in (("footnotes", Role.NOTE), ("endnotes", Role.NOTE), ("comments", Role.COMMENT)):
        _Story(draft, file, role).read(*file.stories[name])


class _Story:
    """A part of a document that is text, on its way into a draft.

    Args:
        seen: What was said before, and is not to be repeated.
    """

    def __init__(self, draft: Draft, file: WordFile, role: Role, seen: set[str] | None = None) -> None:
        self._draft = draft
        self._file = file
        self._role = role
        self._seen = seen
        self._fields: list[bool] = []
        self._hidden = 0
        self._instruction = ""
        self._rows: list[list[str]] = []
        self._row: list[str] = []
        self._cell: list[str] = []

    def read(self, start: int, end: int) -> None:
        """Read what stands in these places of the file's text."""
        for found in _PARAGRAPH.finditer(self._file.text, start, end):
            if found[0]:
                paragraph = self._file.paragraph_at(found.end() - 1)
                said = self._shown(found[0].rstrip("\r\x07\x0c"))
                if paragraph.in_table:
                    self._add_to_table(said, paragraph, cell_ends=found[0].endswith(_CELL))
                else:
                    self._end_table()
                    self._add_paragraph(said, paragraph)
        self._end_table()

    def _shown(self, raw: str) -> str:
        """What *raw* shows to a reader: of a field the result, not the instruction."""
        said = []
        for part in _FIELD.split(raw):
            if part == _BEGINS:
                self._fields.append(False)
                self._hidden += 1
                self._instruction = ""
            elif part in {_SHOWS, _ENDS}:
                said.append(self._turn(part))
            elif self._hidden:
                self._instruction = (self._instruction + part)[:_INSTRUCTION_MOST]
            else:
                said.append(part.translate(_SHOWN))
        return "".join(said).encode("utf-16", "surrogatepass").decode("utf-16", "replace")

    def _turn(self, mark: str) -> str:
        """Go on behind the instruction of the innermost field, or behind the field; gives words set in it."""
        ruby = _RUBY.fullmatch(self._instruction) if mark == _ENDS else None
        self._instruction = ""
        if self._fields:
            self._hidden -= not self._fields.pop()
            if mark == _SHOWS:
                self._fields.append(True)
        return ruby[1] if ruby and not self._hidden else ""

    def _add_to_table(self, said: str, paragraph: Paragraph, *, cell_ends: bool) -> None:
        if paragraph.ends_row:
            self._rows.append(self._row)
            self._row, self._cell = [], []
            return
        self._cell.append(said)
        if cell_ends:
            self._row.append(" ".join(" ".join(self._cell).split()))
            self._cell = []

    def _end_table(self) -> None:
        if self._row or self._cell:
            self._rows.append([*self._row, *self._cell])
        if not self._told_before("\n".join(map(JOINT.join, self._rows))):
            self._draft.table(self._rows, role=self._role)
        self._rows, self._row, self._cell = [], [], []

    def _add_paragraph(self, said: str, paragraph: Paragraph) -> None:
        if paragraph.level:
            self._add(" ".join(said.split()), BlockKind.HEADING, level=paragraph.level)
        else:
            self._add(said, BlockKind.LIST_ITEM if paragraph.listed else BlockKind.PARAGRAPH)

    def _add(self, said: str, kind: BlockKind, level: int | None = None) -> None:
        if not self._told_before(said):
            self._draft.add(said, kind, role=self._role, level=level)

    def _told_before(self, said: str) -> bool:
        """Whether this is not to be told: around the body the same words are repeated section by section."""
        if self._seen is None:
            return False
        before = said in self._seen
        self._seen.add(said)
        return before
