"""Chunks: the ranges of a text that are embedded, indexed and cited, each on its own.

A text falls into atoms: blocks that fit a chunk; the sentences of a longer paragraph, the
rows or lines of a longer table or piece of code; words where a sentence is too long, and
parts of words at last. A chunk is a run of atoms. It ends before a heading that ends the
section it began in, and before another role; a section too small to stand alone goes
with the next one.

Where neither ends it, a chunk is cut between half full and full at the strongest joint, and
of equals at the one whose following words have the lowest checksum. The cut then depends on what
stands there and not on what came before, so an edit changes the chunks around it only. Where a
text was cut before, what an edit left alone is cut as it was.
"""

import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from hashlib import sha256
from itertools import takewhile
from zlib import crc32

from aether.domain.texts.extracted import Block, BlockKind, Extracted, Role, Span
from aether.domain.texts.sections import Section, sections_of

CountTokens = Callable[[Sequence[str]], Sequence[int]]
"""How many tokens a model makes of each text, its own marks around every text included."""

MOST_TOKENS = 256
CHARACTERS_A_TOKEN = 16
"""A chunk has at most so many characters for each token it may have: some models make a
single token of a word of any length."""

_SENTENCE_END = re.compile(
    r"""
    # A full stop and its like, and what they close, but not before a small letter;
    (?<![.!?\u2026]) [.!?\u2026]++ ["'\u2019\u201d\u00bb)\]]*+ (?=\s) (?!\s++[a-z\u00df-\u00ff])
    # their full-width kin, which no space follows; or an empty line.
    | (?<![\u3002\uff01\uff1f]) [\u3002\uff01\uff1f]++ [\u300d\u300f\u201d\uff09]*+
    | \n\s*?\n
    """,
    re.VERBOSE,
)
_LINE = re.compile(r"[^\n]+")
_WORD = re.compile(r"\S+")

_HEADING_JOINT, _BLOCK_JOINT, _SENTENCE_JOINT, _WORD_JOINT, _LETTER_JOINT = range(5)


@dataclass(frozen=True, slots=True, kw_only=True)
class ChunkText(Span):
    """A chunk of a text: what is found, and cited.

    Attributes:
        ordinal: Its place among the chunks of the text, the first being 0.
        page: The number of the page it begins on, for formats that have pages.
        tokens: How many tokens the model makes of it.
        role: Which part of the document it is of.
        headings: The headings that stand over all of it, the highest first.
        sha256: The hash of its text in UTF-8, in hexadecimal.
    """

    ordinal: int
    page: int | None
    text: str
    tokens: int
    role: Role
    headings: tuple[str, ...]
    sha256: str


@dataclass(frozen=True, slots=True, kw_only=True)
class EarlierChunk(Span):
    """A chunk of what the document said before: where it stood there, and what it said."""

    text: str
    headings: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class _Atom(Span):
    """What a chunk holds whole or not at all; *joint* says how it hangs on the one before it."""

    block: int
    joint: int
    tokens: int = 0

    def weighing(self, tokens: int) -> "_Atom":
        """This atom, now that its tokens are counted."""
        return _Atom(start=self.start, end=self.end, block=self.block, joint=self.joint, tokens=tokens)


def chunks_of(
    extracted: Extracted,
    *,
    count_tokens: CountTokens,
    most_tokens: int = MOST_TOKENS,
    earlier: Sequence[EarlierChunk] = (),
) -> list[ChunkText]:
    """The chunks of a text, in order, without overlap.

    Of the *earlier* chunks, those before and behind all that has changed are kept, so that a
    word that is edited costs three chunks at most. Linear in the length of the text. It asks
    for counts in a few large batches, first of parts and then of the chunks themselves, so that
    no chunk has more than *most_tokens*. Only a single character of which the model makes
    more would be kept nevertheless.
    """
    scale = _Scale(extracted.text, count_tokens, most_tokens)
    atoms = _atoms(extracted, scale)
    sections = sections_of(extracted)
    head, tail = _unchanged(earlier, extracted, atoms, sections)
    if head and 2 * sum(atom.tokens for atom in atoms[slice(*head[-1])]) < scale.room:
        head.pop()  # it has room for some of what follows
    first, last = head[-1][1] if head else 0, tail[0][0] if tail else len(atoms)
    cut = _Cutter(extracted, atoms, sections, scale).runs(first, last)
    runs = scale.fitting([*head, *cut, *tail], atoms)
    return [
        _chunk(ordinal, extracted, atoms[first:last], tokens, sections)
        for ordinal, (first, last, tokens) in enumerate(runs)
    ]


def _chunk(
    ordinal: int, extracted: Extracted, atoms: Sequence[_Atom], tokens: int, sections: Sequence[Section]
) -> ChunkText:
    start, end = atoms[0].start, atoms[-1].end
    block = extracted.blocks[atoms[0].block]
    text = extracted.text[start:end]
    return ChunkText(
        ordinal=ordinal,
        start=start,
        end=end,
        page=block.page,
        text=text,
        tokens=tokens,
        role=block.role,
        headings=_common([sections[atom.block].path for atom in atoms]),
        sha256=sha256(text.encode()).hexdigest(),
    )


_Run = tuple[int, int]
"""The atoms of a chunk: the first, and the one after the last."""


def _unchanged(
    earlier: Sequence[EarlierChunk],
    extracted: Extracted,
    atoms: Sequence[_Atom],
    sections: Sequence[Section],
) -> tuple[list[_Run], list[_Run]]:
    """The runs of atoms that earlier chunks still say: from the beginning on, and up to the end."""
    if not earlier or not atoms:
        return [], []
    begins = {atom.start: place for place, atom in enumerate(atoms)}
    ends = {atom.end: place + 1 for place, atom in enumerate(atoms)}

    def run(chunk: EarlierChunk, shift: int) -> _Run | None:
        start, end = chunk.start + shift, chunk.end + shift
        first, last = begins.get(start), ends.get(end)
        if first is None or last is None or extracted.text[start:end] != chunk.text:
            return None
        same = _common([sections[atom.block].path for atom in atoms[first:last]]) == chunk.headings
        return (first, last) if same else None

    head: list[_Run] = []
    for chunk in earlier:
        found = run(chunk, 0)
        if found is None or found[0] != (head[-1][1] if head else 0):
            break
        head.append(found)
    tail: list[_Run] = []
    for chunk in reversed(earlier[len(head) :]):
        found = run(chunk, atoms[-1].end - earlier[-1].end)
        if found is None or found[1] != (tail[-1][0] if tail else len(atoms)):
            break
        if head and found[0] < head[-1][1]:
            break
        tail.append(found)
    return head, tail[::-1]


def _common(paths: Sequence[tuple[str, ...]]) -> tuple[str, ...]:
    both = zip(min(paths), max(paths), strict=False)
    return tuple(name for name, _ in takewhile(lambda pair: pair[0] == pair[1], both))


class _Scale:
    """What fits into a chunk."""

    def __init__(self, text: str, count: CountTokens, most: int) -> None:
        self._text = text
        self._count = count
        self._marks = count([""])[0]
        self.room = most - self._marks
        self.characters = most * CHARACTERS_A_TOKEN

    def weigh(self, spans: Sequence[Span]) -> list[int]:
        """The tokens of each span, without the model's marks; too many for those not worth counting."""
        texts = [span.of(self._text) if span.end - span.start <= self.characters else "" for span in spans]
        distinct = list(dict.fromkeys(text for text in texts if text))
        counts = dict(zip(distinct, self._count(distinct), strict=True)) if distinct else {}
        return [counts[text] - self._marks if text else self.room + 1 for text in texts]

    def fitting(self, runs: list[tuple[int, int]], atoms: Sequence[_Atom]) -> list[tuple[int, int, int]]:
        """*runs* with their exact tokens, those halved that have too many after all."""
        fit: list[tuple[int, int, int]] = []
        while runs:
            spans = [Span(start=atoms[first].start, end=atoms[last - 1].end) for first, last in runs]
            over: list[tuple[int, int]] = []
            for (first, last), tokens in zip(runs, self.weigh(spans), strict=True):
                if tokens > self.room and last - first > 1:
                    middle = (first + last) // 2
                    over += [(first, middle), (middle, last)]
                else:
                    fit.append((first, last, tokens + self._marks))
            runs = over
        return sorted(fit)


def _atoms(extracted: Extracted, scale: _Scale) -> list[_Atom]:
    """The text in parts that fit, each as large as may be."""
    done: list[_Atom] = []
    todo = [
        _Atom(start=b.start, end=b.end, block=n, joint=_before(b)) for n, b in enumerate(extracted.blocks)
    ]
    grain = _BLOCK_JOINT
    while todo:
        too_long = []
        for atom, tokens in zip(todo, scale.weigh(todo), strict=True):
            block = extracted.blocks[atom.block]
            if tokens <= _room(block, grain, scale) or atom.end - atom.start == 1:
                done.append(atom.weighing(tokens))
            else:
                too_long.append(atom)
        grain = min(grain + 1, _LETTER_JOINT)
        todo = [part for atom in too_long for part in _parts(extracted, atom, grain)]
    return sorted(done, key=lambda atom: atom.start)


def _before(block: Block) -> int:
    return _HEADING_JOINT if block.kind is BlockKind.HEADING else _BLOCK_JOINT


def _room(block: Block, grain: int, scale: _Scale) -> int:
    """How long a part may be; a whole paragraph leaves some for the heading over it."""
    running = block.kind in {BlockKind.PARAGRAPH, BlockKind.LIST_ITEM}
    return scale.room * 7 // 8 if running and grain == _BLOCK_JOINT else scale.room


def _parts(extracted: Extracted, atom: _Atom, grain: int) -> Iterator[_Atom]:
    """*atom* in finer parts, without the white space between them."""
    block, said = extracted.blocks[atom.block], atom.of(extracted.text)
    ruled = block.kind in {BlockKind.TABLE, BlockKind.CODE}
    if grain == _SENTENCE_JOINT:
        places = _matches(_LINE, said) if ruled else _sentences(said)
    elif grain == _WORD_JOINT:
        places = _matches(_WORD, said)
    else:
        places = iter(((0, len(said) // 2), (len(said) // 2, len(said))))
    joint = atom.joint
    for start, end in places:
        yield _Atom(start=atom.start + start, end=atom.start + end, block=atom.block, joint=joint)
        joint = grain


def _matches(pattern: re.Pattern[str], said: str) -> Iterator[tuple[int, int]]:
    return (found.span() for found in pattern.finditer(said) if not found[0].isspace())


def _sentences(said: str) -> Iterator[tuple[int, int]]:
    start = 0
    for end in (*(found.end() for found in _SENTENCE_END.finditer(said)), len(said)):
        sentence = said[start:end]
        if tidy := sentence.strip():
            begins = start + sentence.index(tidy[0])
            yield begins, begins + len(tidy)
        start = end


class _Cutter:
    """Finds where chunks end."""

    def __init__(
        self, extracted: Extracted, atoms: Sequence[_Atom], sections: Sequence[Section], scale: _Scale
    ) -> None:
        self._extracted = extracted
        self._atoms = atoms
        self._sections = sections
        self._scale = scale

    def runs(self, first: int, last: int) -> Iterator[_Run]:
        """The chunks of the atoms from *first* up to, not including, *last*."""
        while first < last:
            end = self._end(first, last)
            yield first, end
            first = end

    def _end(self, first: int, last: int) -> int:
        tokens = 0
        for place in range(first, last):
            if place > first and self._wall(first, place, tokens):
                return place
            tokens += self._atoms[place].tokens
            if place > first and tokens > self._scale.room:
                return self._best_cut(first, place)
        return last

    def _wall(self, first: int, place: int, tokens: int) -> bool:
        """Whether the chunk from *first* on, of so many *tokens*, has to end before *place*."""
        blocks = self._extracted.blocks
        before, here = self._atoms[place - 1].block, self._atoms[place].block
        if blocks[before].role is not blocks[here].role:
            return True
        if here == before or blocks[here].kind is not BlockKind.HEADING:
            return False
        tiny = self._is_heading(first) and tokens < self._scale.room // 8
        return (blocks[here].level or 1) <= self._sections[before].level and not tiny

    def _best_cut(self, first: int, full: int) -> int:
        """Where to end a chunk that begins at *first* and has no room for *full*."""
        tokens, cuts = 0, []
        for place in range(first + 1, full + 1):
            tokens += self._atoms[place - 1].tokens
            if 2 * tokens >= self._scale.room and not self._is_heading(place - 1):
                cuts.append(place)
        if cuts:
            return min(cuts, key=self._weakness)
        while full - 1 > first and self._is_heading(full - 1):
            full -= 1
        return full

    def _weakness(self, place: int) -> tuple[int, int]:
        atom = self._atoms[place]
        following = self._extracted.text[atom.start : atom.start + 48]
        return atom.joint, crc32(following.encode())

    def _is_heading(self, place: int) -> bool:
        return self._extracted.blocks[self._atoms[place].block].kind is BlockKind.HEADING
