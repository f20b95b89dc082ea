"""FictionBook: sections under their titles, verses line by line, notes as notes."""

from lxml import etree

from aether.adapters.extraction import markup
from aether.adapters.extraction.formats import Source
from aether.adapters.extraction.markup import attribute, below, child, name_of, words_of
from aether.domain.texts import BlockKind, Draft, Extracted, FileBroken, Role

VERSION = f"2 {markup.LIBRARY}"

_PARAGRAPHS = {"p", "v", "subtitle", "text-author", "date"}
_NOTES = {"notes", "comments", "footnotes"}


def read(source: Source) -> Extracted:
    """The text of a FictionBook.

    Raises:
        FileBroken: It is not XML, or has no body.
    """
    book = markup.tree_in_file(source.path)
    bodies = [it for it in book if name_of(it) == "body"]
    if not bodies:
        raise FileBroken("The book has no body.")
    draft = Draft()
    for body in bodies:
        _add(draft, body, Role.NOTE if attribute(body, "name") in _NOTES else Role.BODY, 1)
    told = _told(book)
    return draft.finished(
        content_type=source.content_type,
        extractor="fictionbook",
        version=VERSION,
        title=told.pop("title", None),
        metadata=told,
    )


def _add(draft: Draft, element: etree._Element, role: Role, level: int) -> None:
    """Add what is in *element*, whose titles are headings of this *level*."""
    for part in element:
        name = name_of(part)
        if name == "title":
            # Notes are numbered by their titles, which head no section.
            heading = role is Role.BODY
            kind = BlockKind.HEADING if heading else BlockKind.PARAGRAPH
            draft.add(words_of(part), kind, role=role, level=level if heading else None)
        elif name in _PARAGRAPHS:
            draft.add(words_of(part), role=role)
        elif name == "stanza":
            draft.add("\n".join(words_of(line) for line in part), role=role)
        elif name == "table":
            rows = list(below(part, "tr"))
            headed = bool(rows) and all(name_of(cell) == "th" for cell in rows[0])
            draft.table(([words_of(cell) for cell in row] for row in rows), headers=int(headed), role=role)
        else:
            _add(draft, part, role, level + (name == "section"))


def _told(book: etree._Element) -> dict[str, str]:
    """What the book says of itself."""
    information = next(below(book, "title-info"), None)
    if information is None:
        return {}
    author = child(information, "author")
    names = [] if author is None else [words_of(it) for it in author if name_of(it).endswith("-name")]
    told = {"author": " ".join(filter(None, names))}
    for name, element in (("title", "book-title"), ("created", "date"), ("genre", "genre")):
        found = child(information, element)
        told[name] = "" if found is None else words_of(found)
    return {name: value[:1000] for name, value in told.items() if value}
