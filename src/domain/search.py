"""Search: what a viewer may see and words or meaning lead to, the best first.

Two legs run side by side: words, in the graph's full-text indexes, and meaning, among the
vectors. Both are given the notebooks at which the viewer's rights begin before anything is
ranked, and what they find is read once more as the viewer before it is shown. A leg that
does not answer is named in the answer; the other one still serves.
"""

import asyncio
import math
import re
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import StrEnum

from aether.domain import access, checks, documents, notebooks
from aether.domain.access import Permission
from aether.domain.documents import Chunk, ChunkId, DocumentId, SeenDocument
from aether.domain.embeddings import Embedder
from aether.domain.errors import Unavailable
from aether.domain.graph import Graph, Work
from aether.domain.notebooks import NotebookId, NotebookMissing, Seen
from aether.domain.passages import Match, Shape
from aether.domain.vectors import Vectors
from aether.domain.viewers import Viewer

TEXT_MOST = 1_000
HITS_MOST = 100
"""The most hits of one answer."""
CANDIDATES = 100
"""How many each leg offers, at least."""
FLOOR = 0.25
"""The least cosine at which two texts have anything to do with each other, for MiniLM."""
ROOTS_MOST = 900
"""Beyond so many roots words are looked up in the whole tenant, and the viewer's rights sift after."""
HALF_LIFE = timedelta(days=180)
SNIPPET = 240
"""How long a snippet is, in code points."""


class SearchMode(StrEnum):
    """What leads to a hit."""

    FULLTEXT = "fulltext"
    SEMANTIC = "semantic"
    HYBRID = "hybrid"


class Leg(StrEnum):
    """A part of the search that may be missing from an answer."""

    WORDS = "words"
    MEANING = "meaning"


@dataclass(frozen=True, slots=True, kw_only=True)
class Scores:
    """What a score is made of, each part from 0 to 1.

    The score is 0.60 meaning + 0.20 words + 0.10 popularity + 0.10 recency.
    """

    meaning: float = 0.0
    words: float = 0.0
    popularity: float = 0.0
    recency: float = 0.0

    @property
    def total(self) -> float:
        """The score, from 0 to 1."""
        return 0.60 * self.meaning + 0.20 * self.words + 0.10 * self.popularity + 0.10 * self.recency


@dataclass(frozen=True, slots=True, kw_only=True)
class Snippet:
    """A part of a chunk that shows why it was found.

    Attributes:
        start: Where it begins in the document's text, in code points.
        highlights: Where the words stand, as ranges within the snippet.
    """

    text: str
    start: int
    highlights: tuple[tuple[int, int], ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Hit:
    """Something found: a passage of a document, a document by its name, or a notebook.

    Attributes:
        chunk: The passage, with its anchors; none where a name was found.
    """

    scores: Scores
    notebook: Seen | None = None
    document: SeenDocument | None = None
    chunk: Chunk | None = None
    snippet: Snippet | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Findings:
    """The answer to a search.

    Attributes:
        hits: The best first.
        missing: The legs that did not answer.
    """

    hits: Sequence[Hit]
    missing: frozenset[Leg]


@dataclass(slots=True, kw_only=True)
class _Candidates:
    words: Sequence[Match] = ()
    meaning: Mapping[str, float] = field(default_factory=dict)
    missing: set[Leg] = field(default_factory=set)


async def find(
    text: str,
    *,
    mode: SearchMode,
    notebook: NotebookId | None,
    first: int,
    by: Viewer,
    now: datetime,
    graph: Graph,
    embedder: Embedder,
    vectors: Vectors,
) -> Findings:
    """What *text* leads to, of what *by* may see, in *notebook* and below or anywhere.

    Raises:
        NotebookMissing: The notebook does not exist, or *by* may not know of it.
        Unavailable: None of the legs asked for answers.
    """
    asked = checks.line(text, field="text", most=TEXT_MOST)
    checks.number(first, field="first", least=1, most=HITS_MOST)
    within = await graph.read(_scope, notebook=notebook, by=by)
    if not within:
        return Findings(hits=[], missing=frozenset())
    candidates = _Candidates()
    legs = []
    if mode is not SearchMode.SEMANTIC:
        legs.append(_by_words(candidates, asked, within=within, graph=graph))
    if mode is not SearchMode.FULLTEXT:
        legs.append(_by_meaning(candidates, asked, within, by=by, embedder=embedder, vectors=vectors))
    failures = [failure for failure in await asyncio.gather(*legs) if failure is not None]
    if len(failures) == len(legs):
        raise failures[0]
    hits = await graph.read(_hits, candidates, asked=asked, within=notebook, now=now, by=by)
    return Findings(hits=hits[:first], missing=frozenset(candidates.missing))


async def _scope(work: Work, *, notebook: NotebookId | None, by: Viewer) -> Collection[str]:
    if notebook is None:
        return await work.access.roots(of=by.user)
    granted = await work.access.permissions([notebook], of=by.user)
    access.demand(granted.get(notebook), Permission.READ, missing=NotebookMissing(notebook))
    return [notebook]


async def _by_words(
    candidates: _Candidates, asked: str, *, within: Collection[str], graph: Graph
) -> Unavailable | None:
    async def look(work: Work) -> Sequence[Match]:
        scope, limit = (within, CANDIDATES) if len(within) <= ROOTS_MOST else (None, 10 * CANDIDATES)
        return [
            match
            for shape in Shape
            for match in await work.passages.matching(asked, shape=shape, within=scope, limit=limit)
        ]

    try:
        candidates.words = await graph.read(look)
    except Unavailable as failure:
        candidates.missing.add(Leg.WORDS)
        return failure
    return None


async def _by_meaning(
    candidates: _Candidates,
    asked: str,
    within: Collection[str],
    *,
    by: Viewer,
    embedder: Embedder,
    vectors: Vectors,
) -> Unavailable | None:
    try:
        place = await embedder.embed_query(asked)
        near = await vectors.nearest(by.tenant, place, within=within, limit=CANDIDATES, floor=FLOOR)
    except Unavailable as failure:
        candidates.missing.add(Leg.MEANING)
        return failure
    candidates.meaning = {match.id: match.score for match in near}
    return None


async def _hits(
    work: Work,
    candidates: _Candidates,
    *,
    asked: str,
    within: NotebookId | None,
    now: datetime,
    by: Viewer,
) -> Sequence[Hit]:
    """The candidates as *by* sees them, those they may not see left out, the best first."""
    words = _shares(candidates.words)
    chunk_ids = {id for shape, id in words if shape is Shape.CHUNK} | candidates.meaning.keys()
    chunks = await documents.chunks_by_id(work, [ChunkId(id) for id in chunk_ids], by=by)
    named = {DocumentId(id) for shape, id in words if shape is Shape.DOCUMENT}
    seen = await documents.get_many(work, named | {chunk.document for chunk in chunks.values()}, by=by)
    shelves = {NotebookId(id) for shape, id in words if shape is Shape.NOTEBOOK}
    around = shelves | {each.document.notebook for each in seen.values()}
    books = await notebooks.get_many(work, around, by=by)
    hits = [
        *_passages(chunks, seen, books, words=words, meaning=candidates.meaning, asked=asked, now=now),
        *_names(named, seen, books, words=words, now=now),
        *(
            Hit(scores=_scores(books[id], now=now, words=words[Shape.NOTEBOOK, id]), notebook=books[id])
            for id in shelves
            if id in books and id != within
        ),
    ]
    return sorted(hits, key=lambda hit: (-hit.scores.total, _name(hit)))


def _passages(
    chunks: Mapping[ChunkId, Chunk],
    seen: Mapping[DocumentId, SeenDocument],
    books: Mapping[NotebookId, Seen],
    *,
    words: Mapping[tuple[Shape, str], float],
    meaning: Mapping[str, float],
    asked: str,
    now: datetime,
) -> Sequence[Hit]:
    """The best passage of each document."""
    best: dict[DocumentId, Hit] = {}
    for id, chunk in chunks.items():
        document = seen.get(chunk.document)
        if document is None or document.document.notebook not in books:
            continue
        book = books[document.document.notebook]
        scores = Scores(
            meaning=max(0.0, meaning.get(id, 0.0)),
            words=words.get((Shape.CHUNK, id), 0.0),
            popularity=_popularity(book),
            recency=_recency(document.document.updated_at, now=now),
        )
        if chunk.document not in best or scores.total > best[chunk.document].scores.total:
            best[chunk.document] = Hit(
                scores=scores,
                notebook=book,
                document=document,
                chunk=chunk,
                snippet=snippet(chunk, asked),
            )
    return list(best.values())


def _names(
    named: Collection[DocumentId],
    seen: Mapping[DocumentId, SeenDocument],
    books: Mapping[NotebookId, Seen],
    *,
    words: Mapping[tuple[Shape, str], float],
    now: datetime,
) -> Sequence[Hit]:
    return [
        Hit(
            scores=_scores(books[seen[id].document.notebook], now=now, words=words[Shape.DOCUMENT, id]),
            notebook=books[seen[id].document.notebook],
            document=seen[id],
        )
        for id in named
        if id in seen and seen[id].document.notebook in books
    ]


def _shares(matches: Sequence[Match]) -> Mapping[tuple[Shape, str], float]:
    """Each match as a share of the best of its shape, since full-text scores have no upper end."""
    best = {shape: max((it.score for it in matches if it.shape is shape), default=1.0) for shape in Shape}
    return {(it.shape, it.id): it.score / best[it.shape] if best[it.shape] else 0.0 for it in matches}


def _scores(book: Seen, *, now: datetime, words: float) -> Scores:
    recency = _recency(book.notebook.updated_at, now=now)
    return Scores(words=words, popularity=_popularity(book), recency=recency)


def _popularity(book: Seen) -> float:
    """From 0 without stars to 1 with a hundred of them, half-way at nine."""
    return min(1.0, math.log1p(book.stars) / math.log1p(100))


def _recency(instant: datetime, *, now: datetime) -> float:
    """From 1 for today down to 0; half after `HALF_LIFE`."""
    return math.exp(-math.log(2) * max(0.0, (now - instant) / HALF_LIFE))


def _name(hit: Hit) -> str:
    return hit.chunk.id if hit.chunk else hit.document.document.id if hit.document else _book(hit)


def _book(hit: Hit) -> str:
    return hit.notebook.notebook.id if hit.notebook else ""


def snippet(chunk: Chunk, asked: str) -> Snippet:
    """The part of *chunk* around the first of the words *asked* for, these highlighted.

    A word of four letters or more is also found at the beginning of longer ones.
    """
    words = [
        word + (r"\w*" if len(word) > 3 else r"\b")  # noqa: PLR2004 - told above
        for word in dict.fromkeys(re.findall(r"\w+", asked.lower()))
    ]
    found = list(re.finditer(rf"\b(?:{'|'.join(words)})", chunk.text, re.IGNORECASE)) if words else []
    begin = max(0, found[0].start() - SNIPPET // 4) if found else 0
    if begin and (space := chunk.text.find(" ", begin, found[0].start())) >= 0:
        begin = space + 1
    shown = chunk.text[begin : begin + SNIPPET]
    marks = tuple(
        (it.start() - begin, it.end() - begin)
        for it in found
        if it.start() >= begin and it.end() <= begin + len(shown)
    )
    return Snippet(text=shown, start=chunk.start + begin, highlights=marks)
