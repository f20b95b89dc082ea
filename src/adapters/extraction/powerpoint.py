"""Presentations of an old PowerPoint: a page for each slide, its title as heading.

The speaker's notes stand at its end, tables where they are. Dates and slide numbers say nothing, and a
footer is told once.
"""

import struct
from collections import defaultdict

from aether.adapters.extraction.compounds import LIBRARY, Compound
from aether.adapters.extraction.formats import Source
from aether.adapters.extraction.slidefiles import NOTES, SLIDES, Listed, Record, SlideFile, Text, add_text
from aether.domain.texts import BlockKind, Draft, Extracted, FileBroken, Role

VERSION = f"1 {LIBRARY}"

_ABOUT, _DRAWING, _REFERRED, _PLACEHOLDER = 0x03EF, 0x040C, 0x0F9E, 0x0BC3
_GROUP, _SHAPE, _WORDS, _CLIENT, _ANCHOR = 0xF003, 0xF004, 0xF00D, 0xF011, 0xF00F
_OPTIONS, _TABLE_OPTION = (0xF00B, 0xF122), 0x039F
_EDGES, _EDGES_SHOWN, _SAID, _FOOTER_SHOWN, _FOOTER = 0x0FD9, 0x0FDA, 0x0FBA, 0x20, 2
_OF_SLIDES = 3
_TAGGED, _COMMENT, _COMMENT_SAID = 0x138B, 0x2EE0, 1
_TITLES, _LISTED, _NOTED = {0, 6}, {1, 7, 8}, 2
"""Kinds of text."""
_PUT_IN = "*"
"""What stands for a date or a number that is put in when a slide is shown."""
_SILENT, _FOOTERS = {7, 8, 10}, 9
"""What shapes hold the place of that say nothing, and those that say what stands below each slide."""


def read(source: Source) -> Extracted:
    """The text of a presentation.

    Raises:
        FileEncrypted: It takes a password to open it.
        FileBroken: It is damaged.
    """
    draft = Draft()
    with Compound(source.path) as compound:
        try:
            count = _fill(draft, SlideFile(compound), source)
        except (struct.error, IndexError) as error:
            raise FileBroken("The presentation is damaged.") from error
        told = compound.told()
    return draft.finished(
        content_type=source.content_type,
        extractor="powerpoint",
        version=VERSION,
        title=told.pop("title", None),
        metadata={**told, "page_count": count},
    )


def _fill(draft: Draft, file: SlideFile, source: Source) -> int:
    slides = file.listed(SLIDES)
    notes = {it.id: it for it in file.listed(NOTES)}
    show = _Show(draft, file.document)
    for number, slide in enumerate(slides, 1):
        draft.turn()
        show.read(slide, notes)
        source.on_page(number, len(slides))
    return len(slides)


class _Show:
    """A presentation on its way into a draft."""

    def __init__(self, draft: Draft, document: Record) -> None:
        self._draft = draft
        self._footers: set[str] = set()
        edges = (it for it in document.inside() if it.kind == _EDGES and it.instance == _OF_SLIDES)
        self._edges = next(edges, None)
        self._texts: list[Text] = []

    def read(self, slide: Listed, notes: dict[int, Listed]) -> None:
        """Read a slide, its comments, and its notes, which it calls by their id."""
        self._texts = slide.texts
        if drawing := slide.record.first(_DRAWING):
            self._shapes(drawing)
        self._add_footer(_footer(slide.record.first(_EDGES) or self._edges))
        for said in _comments(slide.record):
            self._draft.add(said, role=Role.COMMENT)
        about = slide.record.first(_ABOUT)
        if about and (its := notes.get(struct.unpack_from("<I", about.content, 16)[0])):
            self._notes(its)

    def _shapes(self, record: Record) -> None:
        """Read the shapes in *record*, the groups among them too."""
        for shape in record.inside():
            if shape.kind == _SHAPE:
                self._shape(shape)
            elif shape.kind == _GROUP and _is_table(shape):
                self._draft.table(self._table(shape))
            elif shape.holds_others:
                self._shapes(shape)

    def _shape(self, shape: Record) -> None:
        place = _place_held(shape)
        for kind, said in self._said(shape):
            if place == _FOOTERS:
                self._add_footer(said)
            elif kind in _TITLES:
                self._draft.add(" ".join(said.split()), BlockKind.HEADING, level=1)
            elif place not in _SILENT and said.strip() != _PUT_IN:
                for paragraph in said.split("\r"):
                    self._draft.add(
                        paragraph, BlockKind.LIST_ITEM if kind in _LISTED else BlockKind.PARAGRAPH
                    )

    def _said(self, shape: Record) -> list[Text]:
        """What *shape* says, there or where it refers to."""
        texts: list[Text] = []
        words = shape.first(_WORDS)
        for record in words.inside() if words else ():
            if record.kind == _REFERRED:
                texts += self._texts[int.from_bytes(record.content[:4], "little") :][:1]
            else:
                add_text(texts, record)
        return texts

    def _table(self, group: Record) -> list[list[str]]:
        """The rows of a table: its cells are shapes, of which those of one row have one upper edge."""
        rows: dict[int, list[tuple[int, str]]] = defaultdict(list)
        for shape in group.inside():
            anchor = shape.first(_ANCHOR)
            if anchor and shape.first(_WORDS):
                left, top = struct.unpack_from("<ii", anchor.content)
                said = " ".join(text.said for text in self._said(shape))
                rows[top].append((left, " ".join(said.split())))
        return [[said for _, said in sorted(rows[top])] for top in sorted(rows)]

    def _notes(self, notes: Listed) -> None:
        self._texts = notes.texts
        for shape in notes.record.below(_SHAPE):
            for kind, said in self._said(shape):
                if kind == _NOTED:
                    for paragraph in said.split("\r"):
                        self._draft.add(paragraph, role=Role.NOTE)

    def _add_footer(self, said: str) -> None:
        if said not in self._footers:
            self._footers.add(said)
            self._draft.add(said, role=Role.FOOTER)


def _place_held(shape: Record) -> int | None:
    """What a shape holds the place of, by its number; none for a shape of its own."""
    client = shape.first(_CLIENT)
    held = client.first(_PLACEHOLDER) if client else None
    return held.content[4] if held else None


def _is_table(group: Record) -> bool:
    head = group.first(_SHAPE)
    for options in head.inside() if head else ():
        if options.kind in _OPTIONS:
            for place in range(0, min(options.instance * 6, options.end - options.start - 5), 6):
                number, value = struct.unpack_from("<HI", options.data, options.start + place)
                if number & 0x3FFF == _TABLE_OPTION:
                    return bool(value & 1)
    return False


def _footer(edges: Record | None) -> str:
    """What stands below a slide, if it is shown."""
    shown = edges.first(_EDGES_SHOWN) if edges else None
    if not edges or not shown or not struct.unpack_from("<HH", shown.content)[1] & _FOOTER_SHOWN:
        return ""
    said = (it for it in edges.inside() if it.kind == _SAID and it.instance == _FOOTER)
    return next((it.content.decode("utf-16-le", "replace") for it in said), "")


def _comments(slide: Record) -> list[str]:
    tagged = (it._replace(holds_others=True) for it in slide.below(_TAGGED))
    comments = (comment for it in tagged for comment in it.below(_COMMENT))
    return [
        said.content.decode("utf-16-le", "replace")
        for comment in comments
        for said in comment.inside()
        if said.kind == _SAID and said.instance == _COMMENT_SAID
    ]
