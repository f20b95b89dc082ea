"""Files to import: PDF, DOCX, HTML, Markdown and text in turn, each with words of its own."""

import random
from pathlib import Path

from tests import make_files

WORDS = [
    "river",
    "flood",
    "meadow",
    "gauge",
    "otter",
    "sample",
    "oxygen",
    "nitrate",
    "bridge",
    "valley",
    "snow",
    "sensor",
    "report",
    "season",
    "method",
    "bottle",
    "current",
    "bank",
    "spring",
    "autumn",
    "measure",
    "table",
    "page",
    "chapter",
    "note",
    "protocol",
    "field",
    "station",
    "water",
    "level",
]


def mixed(folder: Path, count: int) -> int:
    """Write *count* files into *folder*; gives back their size together, in bytes."""
    chance = random.Random(7)
    makers = (_pdf, _docx, _html, _markdown, _text)
    total = 0
    for place in range(count):
        suffix, content = makers[place % len(makers)](chance, place)
        (folder / f"file-{place:03}.{suffix}").write_bytes(content)
        total += len(content)
    return total


def _paragraph(chance: random.Random, words: int = 80) -> str:
    return " ".join(chance.choice(WORDS) for _ in range(words)).capitalize() + "."


def _pdf(chance: random.Random, place: int) -> tuple[str, bytes]:
    pages = [
        [f"Report {place}, page {page}", *(_paragraph(chance, 12) for _ in range(20))] for page in range(10)
    ]
    return "pdf", make_files.pdf(*pages, title=f"Report {place}")


def _docx(chance: random.Random, _: int) -> tuple[str, bytes]:
    body = "".join(f"<w:p><w:r><w:t>{_paragraph(chance)}</w:t></w:r></w:p>" for _ in range(20))
    return "docx", make_files.word_of(body)


def _html(chance: random.Random, place: int) -> tuple[str, bytes]:
    body = "".join(f"<h2>Part {part}</h2><p>{_paragraph(chance)}</p>" for part in range(10))
    return "html", f"<!doctype html><title>Page {place}</title><body>{body}".encode()


def _markdown(chance: random.Random, place: int) -> tuple[str, bytes]:
    return "md", f"# Note {place}\n\n".encode() + "\n\n".join(_paragraph(chance) for _ in range(10)).encode()


def _text(chance: random.Random, _: int) -> tuple[str, bytes]:
    return "txt", "\n\n".join(_paragraph(chance) for _ in range(10)).encode("utf-16")
