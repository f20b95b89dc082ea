"""Documents as people have them, in which somebody who had not read the rules marked what is sensitive.

In the files of `planted_documents/` «kind|value» is sensitive, and what stands between single
guillemets only looks as if it were; a find is wrong wherever it stands outside the first. A ‖ inside
a value is left out when it is read: it keeps scanners of secrets from taking the file for a leak. Numbers
were made with the arithmetic of `planted_proofs`, or are examples that issuers and standards
publish; telephone numbers are mostly those kept free for films.
"""

import re
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from aether.domain.sensitive import Detector
from aether.domain.sensitive import SensitiveKind as Kind

_FOLDER = Path(__file__).with_name("planted_documents")
_MARK = re.compile(r"«(?P<kind>\w+)\|(?P<planted>[^»]*)»|\u2039(?P<lookalike>[^\u203a]*)\u203a")

Place = tuple[Kind, int, int]


@dataclass(frozen=True, slots=True)
class Document:
    """One text without its marks, and what they marked."""

    name: str
    text: str
    planted: frozenset[Place]
    lookalikes: Sequence[str]


@dataclass(slots=True)
class Score:
    """How often a detector was right; a find is right only if its kind and both its ends are."""

    right: Counter[Kind] = field(default_factory=Counter)
    missed: Counter[Kind] = field(default_factory=Counter)
    wrong: Counter[Kind] = field(default_factory=Counter)
    remarks: list[str] = field(default_factory=list)

    @property
    def precision(self) -> float:
        return self.right.total() / (self.right.total() + self.wrong.total())

    @property
    def recall(self) -> float:
        return self.right.total() / (self.right.total() + self.missed.total())

    def table(self) -> str:
        rows = [f"{'kind':<18} right missed wrong"]
        rows += [f"{it:<18} {self.right[it]:>5} {self.missed[it]:>6} {self.wrong[it]:>5}" for it in Kind]
        rows += [f"precision {self.precision:.4f}, recall {self.recall:.4f}", *self.remarks]
        return "\n".join(rows)


def documents() -> list[Document]:
    return [_read(it) for it in sorted(_FOLDER.glob("*.txt"))]


def score(detector: Detector, several: Iterable[Document]) -> Score:
    result = Score()
    for document in several:
        found = {(it.kind, it.start, it.end) for it in detector.find(document.text)}
        result.right.update(kind for kind, _, _ in found & document.planted)
        for word, counter, places in (
            ("missed", result.missed, document.planted - found),
            ("wrong", result.wrong, found - document.planted),
        ):
            counter.update(kind for kind, _, _ in places)
            result.remarks += [_remark(word, document, it) for it in sorted(places, key=lambda it: it[1])]
    return result


def _remark(word: str, document: Document, place: Place) -> str:
    kind, start, end = place
    text = document.text
    around = f"{text[max(0, start - 40) : start]}⟦{text[start:end]}⟧{text[end : end + 12]}"
    return f"{word} {kind} in {document.name}: {around!r}"


def _read(path: Path) -> Document:
    marked = path.read_text(encoding="utf-8")
    pieces: list[str] = []
    planted: set[Place] = set()
    lookalikes: list[str] = []
    length = after = 0
    for mark in _MARK.finditer(marked):
        before, after = marked[after : mark.start()], mark.end()
        value = (mark["planted"] or mark["lookalike"]).replace("‖", "")
        start = length + len(before)
        length = start + len(value)
        pieces += [before, value]
        if mark["kind"]:
            planted.add((Kind(mark["kind"]), start, length))
        else:
            lookalikes.append(value)
    return Document(path.stem, "".join([*pieces, marked[after:]]), frozenset(planted), lookalikes)
