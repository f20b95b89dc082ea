"""Markup: XML, parsed with entities, DTDs and the network off, and never deep.

libxml2 stops at a depth of 256, so a tree may be walked by functions that call themselves.
"""

import re
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import IO, Any

from lxml import etree

from aether.adapters.extraction.charsets import decode
from aether.adapters.extraction.packages import TORN, Package
from aether.domain.texts import FileBroken, FileTooComplex

LIBRARY = f"lxml {etree.__version__}"

SAFE: dict[str, Any] = {
    "resolve_entities": False, "no_network": True, "load_dtd": False, "huge_tree": False,
    "remove_comments": True, "remove_pis": True,
}  # fmt: skip
_BROKEN = (*TORN, etree.LxmlError)

_LIMIT = 114
"""What libxml2 calls it that a limit of its own is passed."""
_DECLARED = re.compile(r"\A\s*<\?xml[^>]*\?>")


def events(part: IO[bytes], tags: Sequence[str]) -> Iterator[tuple[str, etree._Element]]:
    """The beginnings and ends of those elements of *part* that are called one of *tags*.

    Raises:
        FileBroken: It is not XML.
    """
    try:
        yield from etree.iterparse(part, events=("start", "end"), tag=tags, **SAFE)
    except _BROKEN as error:
        raise FileBroken("A part of the document is damaged.") from error


def tree_in(package: Package, name: str) -> etree._Element:
    """The root of the part called *name*.

    Raises:
        FileBroken: There is no such part, or it is not XML.
    """
    with package.open(name) as part:
        try:
            return etree.parse(part, etree.XMLParser(**SAFE)).getroot()
        except (*_BROKEN, AssertionError) as error:
            raise FileBroken("A part of the document is damaged.") from error


def tree_in_file(path: Path) -> etree._Element:
    """The root of a whole file of XML, whose charset is looked for where it does not say it truly.

    Raises:
        FileBroken: It is not well-formed.
        FileTooComplex: It nests too deep, or its entities unfold without bounds.
    """
    data = path.read_bytes()
    said = _DECLARED.sub("", decode(data)[0].removeprefix("\ufeff")).encode("utf-8", "replace")
    for written in (data, said):
        try:
            return etree.fromstring(written, etree.XMLParser(**SAFE))
        except etree.XMLSyntaxError as error:
            if getattr(error, "code", 0) == _LIMIT:
                raise FileTooComplex("The file nests or unfolds further than a file may.") from error
        except (etree.LxmlError, ValueError, AssertionError):
            continue
    raise FileBroken("The file is not well-formed XML.")


def name_of(element: etree._Element) -> str:
    """The name of *element* without its namespace; empty for what is none, such as an entity."""
    tag: object = element.tag
    return tag.rpartition("}")[2] if isinstance(tag, str) else ""


def attribute(element: etree._Element, name: str) -> str:
    """The attribute called *name* in whatever namespace; empty if there is none."""
    for key, value in element.attrib.items():
        if str(key).rpartition("}")[2] == name:
            return str(value)
    return ""


def child(element: etree._Element, name: str) -> etree._Element | None:
    """The first child called *name*."""
    return next((it for it in element if name_of(it) == name), None)


def below(element: etree._Element, name: str) -> Iterator[etree._Element]:
    """All elements called *name* in *element*, at any depth, in order."""
    return (it for it in element.iter(f"{{*}}{name}"))


def words_of(element: etree._Element) -> str:
    """All that *element* and those in it say, in one line."""
    return " ".join("".join(map(str, element.itertext("*"))).split())


def told_in(package: Package) -> dict[str, str]:
    """What an Office document says of itself: its title, author and instants."""
    names = {"title": "title", "creator": "author", "created": "created", "modified": "modified"}
    told = {}
    for name in package.with_type("core-properties+xml")[:1]:
        with package.open(name) as part:
            for event, element in events(part, ["{*}" + it for it in names]):
                meant = names.get(name_of(element))  # A torn prefix stays in the name.
                if event == "end" and meant and element.text and element.text.strip():
                    told[meant] = element.text.strip()[:1000]
    return told


def related(package: Package, name: str) -> dict[str, tuple[str, str]]:
    """The parts that the part called *name* refers to: by id, the last word of their type and their name."""
    folder, _, file = name.rpartition("/")
    relations = f"{folder}/_rels/{file}.rels" if folder else f"_rels/{file}.rels"
    if relations not in package.names:
        return {}
    found = {}
    for relation in below(tree_in(package, relations), "Relationship"):
        if attribute(relation, "TargetMode") != "External":
            target = joined(folder, attribute(relation, "Target"))
            found[attribute(relation, "Id")] = (attribute(relation, "Type").rpartition("/")[2], target)
    return found


def joined(folder: str, target: str) -> str:
    """The name of the part that *target* means in *folder*."""
    whole = target if target.startswith("/") else f"{folder}/{target}"
    steps: list[str] = []
    for step in whole.split("/"):
        if step == ".." and steps:
            steps.pop()
        elif step not in {"", ".", ".."}:
            steps.append(step)
    return "/".join(steps)
