"""Search in the API: what one may see and words or meaning lead to."""

import strawberry

from aether.domain import search
from aether.domain.notebooks import NotebookId
from aether.domain.search import Leg, SearchMode
from aether.domain.viewers import Viewer
from aether.graphql.context import Context, Info
from aether.graphql.documents import Chunk, Document
from aether.graphql.notebooks.shape import Notebook


@strawberry.type
class Highlight:
    """Where a word stands in a snippet.

    Attributes:
        start: Where it begins, in code points from the beginning of the snippet.
        end: Where it ends, exclusive.
    """

    start: int
    end: int


@strawberry.type
class SearchScores:
    """What a score is made of: 0.60 meaning + 0.20 words + 0.10 popularity + 0.10 recency.

    Attributes:
        meaning: How near it is in meaning, from 0 to 1.
        words: How well its words fit, from 0 to 1; the best of an answer has 1.
        popularity: How many have starred its notebook, from 0 to 1.
        recency: How new it is, from 0 to 1; half after 180 days.
    """

    meaning: float
    words: float
    popularity: float
    recency: float


@strawberry.type
class SearchHit:
    """Something found: a passage of a document, a document by its name, or a notebook.

    Attributes:
        score: How good it is, from 0 to 1.
        scores: What the score is made of.
        snippet: The part of the passage that shows why it was found; none where a name was found.
        snippet_start: Where the snippet begins in the document's text, in code points.
        highlights: Where the words that were asked for stand in the snippet.
        notebook: The notebook, or the one that the document lies in.
        document: The document; none where a notebook was found.
        chunk: The passage, with its page and its place; none where a name was found.
    """

    score: float
    scores: SearchScores
    snippet: str | None
    snippet_start: int | None
    highlights: list[Highlight]
    notebook: Notebook | None
    document: Document | None
    chunk: Chunk | None

    @classmethod
    def of(cls, hit: search.Hit, viewer: Viewer) -> "SearchHit":
        """*hit*, as its viewer sees it."""
        scores, shown = hit.scores, hit.snippet
        return cls(
            score=scores.total,
            scores=SearchScores(
                meaning=scores.meaning,
                words=scores.words,
                popularity=scores.popularity,
                recency=scores.recency,
            ),
            snippet=None if shown is None else shown.text,
            snippet_start=None if shown is None else shown.start,
            highlights=[Highlight(start=a, end=b) for a, b in shown.highlights] if shown else [],
            notebook=None if hit.notebook is None else Notebook.of(hit.notebook, viewer),
            document=None if hit.document is None else Document.of(hit.document, viewer),
            chunk=None if hit.chunk is None else Chunk.of(hit.chunk),
        )


@strawberry.type
class SearchEdge:
    """One hit of an answer.

    Attributes:
        node: The hit.
    """

    node: SearchHit


@strawberry.type
class SearchResults:
    """The answer to a search.

    Attributes:
        edges: The hits, the best first.
        missing: The parts of the search that did not answer; empty if all did.
    """

    edges: list[SearchEdge]
    missing: list[Leg]


async def results(
    context: Context, *, query: str, mode: SearchMode, notebook_id: str | None, first: int
) -> SearchResults:
    """What a search finds for whoever asks."""
    ports, viewer = context.ports, context.viewer
    found = await search.find(
        query,
        mode=SearchMode(mode),
        notebook=None if notebook_id is None else NotebookId(notebook_id),
        first=first,
        by=viewer,
        now=ports.moment().now,
        graph=context.graph,
        embedder=ports.embedder,
        vectors=ports.vectors,
    )
    edges = [SearchEdge(node=SearchHit.of(hit, viewer)) for hit in found.hits]
    return SearchResults(edges=edges, missing=sorted(found.missing))


@strawberry.type
class SearchQueries:
    """Questions about everything at once."""

    @strawberry.field
    async def search(
        self,
        info: Info,
        query: str,
        mode: SearchMode = SearchMode.HYBRID,
        notebook_id: strawberry.ID | None = None,
        first: int = 10,
    ) -> SearchResults:
        """What leads to the words or the meaning of a query, of all that one may read, the best first.

        Args:
            query: At most 1,000 characters; what stands in double quotes is looked up as a phrase.
            mode: What leads to a hit.
            notebook_id: Only what lies in this notebook or below.
            first: How many, from 1 to 100.
        """
        return await results(info.context, query=query, mode=mode, notebook_id=notebook_id, first=first)
