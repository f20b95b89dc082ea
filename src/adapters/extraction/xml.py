"""XML of any kind: titles as headings, records as lines with the names of their fields, prose as prose.

Of drawings (SVG) their words are read, and of outlines (OPML) their entries: those that hold others as
headings.
"""

from lxml import etree

from aether.adapters.extraction import code, formats, markup
from aether.adapters.extraction.charsets import decode
from aether.adapters.extraction.formats import Source
from aether.adapters.extraction.markup import attribute, below, child, name_of, words_of
from aether.domain.texts import BlockKind, Draft, Extracted, FileBroken

VERSION = f"1 {markup.LIBRARY}"

_TITLES = {"title", "head", "heading"}
_HEADING_MOST = 200
_LEVELS_MOST = 6


def read(source: Source) -> Extracted:
    """The text of an XML file.

    A file of no special kind that is not well-formed is read as code.

    Raises:
        FileBroken: It is a drawing or an outline, and not well-formed.
        FileTooComplex: It nests too deep, or its entities unfold without bounds.
    """
    draft = Draft()
    try:
        root = markup.tree_in_file(source.path)
    except FileBroken:
        if source.content_type != formats.XML.content_type:
            raise
        code.fill(draft, decode(source.path.read_bytes())[0])
        return draft.finished(
            content_type=source.content_type,
            extractor="xml",
            version=VERSION,
            metadata={"well_formed": False},
        )
    title = None
    if source.content_type == formats.SVG.content_type:
        title = _drawing(draft, root)
    elif source.content_type == formats.OPML.content_type:
        title = _outline(draft, root)
    else:
        _element(draft, root, 0)
    return draft.finished(
        content_type=source.content_type,
        extractor="xml",
        version=VERSION,
        title=title,
        metadata={"root": name_of(root)},
    )


def _drawing(draft: Draft, root: etree._Element) -> str | None:
    """Add the words of a drawing, and give its title."""
    for element in root.iter("{*}title", "{*}desc", "{*}text"):
        draft.add(words_of(element))
    title = child(root, "title")
    return None if title is None else words_of(title)


def _outline(draft: Draft, root: etree._Element) -> str | None:
    """Add the entries of an outline, and give its title."""
    body = child(root, "body")
    if body is not None:
        _entries(draft, body, 1)
    return next((words_of(it) for it in below(root, "title")), None)


def _entries(draft: Draft, element: etree._Element, level: int) -> None:
    for entry in element:
        said = [attribute(entry, "text") or attribute(entry, "title"), attribute(entry, "_note")]
        if address := attribute(entry, "xmlUrl") or attribute(entry, "url"):
            said.append(address)
        whole = "\n".join(filter(None, said))
        if len(entry):
            draft.add(" ".join(whole.split()), BlockKind.HEADING, level=min(level, _LEVELS_MOST))
            _entries(draft, entry, level + 1)
        else:
            draft.add(whole, BlockKind.LIST_ITEM)


def _element(draft: Draft, element: etree._Element, depth: int) -> None:
    """Add an element: as prose if words stand between its children, or else child by child."""
    if _mixed(element) or not len(element):
        draft.add("\n".join(_fields(element)))
        return
    fields = [f"{name_of(element)} {it}" for it in _attributes(element)]
    for part in element:
        name = name_of(part)
        if not name:
            continue
        if name in _TITLES and not len(part) and len(said := words_of(part)) <= _HEADING_MOST:
            fields = _told(draft, fields)
            draft.add(said, BlockKind.HEADING, level=min(max(depth, 1), _LEVELS_MOST))
        elif len(part) and not _mixed(part):
            fields = _told(draft, fields)
            _element(draft, part, depth + 1)
        elif _mixed(part) and len(part):
            fields = _told(draft, fields)
            draft.add(words_of(part))
        else:
            fields += _fields(part)
    _told(draft, fields)


def _told(draft: Draft, fields: list[str]) -> list[str]:
    """Add *fields*, and begin anew."""
    draft.add("\n".join(fields))
    return []


def _fields(element: etree._Element) -> list[str]:
    """What an element without children says, under its name."""
    said = words_of(element)
    lines = [f"{name_of(element)} {it}" for it in _attributes(element)]
    return [*lines, f"{name_of(element)}: {said}"] if said else lines


def _attributes(element: etree._Element) -> list[str]:
    return [
        f"{str(key).rpartition('}')[2]}: {value!s}"
        for key, value in element.attrib.items()
        if str(value).strip()
    ]


def _mixed(element: etree._Element) -> bool:
    """Whether words stand beside the children of an element."""
    if not len(element):
        return False
    return bool((element.text or "").strip()) or any((it.tail or "").strip() for it in element)
