"""Words looked up in the graph's full-text indexes, which speak Lucene's query language."""

import re
from collections.abc import Collection, Sequence

from typing_extensions import override

from aether.adapters.neo4j.runner import Runner
from aether.domain.passages import Match, Passages, Shape

TERMS_MOST = 32
"""The most words and phrases of one query that count."""

_FIELDS = {Shape.CHUNK: ("text",), Shape.DOCUMENT: ("name",), Shape.NOTEBOOK: ("name", "description")}
_STATEMENTS = {
    Shape.CHUNK: "passages/chunks",
    Shape.DOCUMENT: "passages/documents",
    Shape.NOTEBOOK: "passages/notebooks",
}
_TERM = re.compile(r'"([^"]+)"|(\w+)')


class Neo4jPassages(Passages):
    """What can be found by its words."""

    def __init__(self, run: Runner) -> None:
        self._run = run

    @override
    async def matching(
        self, text: str, *, shape: Shape, within: Collection[str] | None, limit: int
    ) -> Sequence[Match]:
        terms = _terms(text)
        scopes = [str(self._run.tenant)] if within is None else sorted(within)
        if not terms or not scopes:
            return []
        asked = " ".join(f"{field}:({' '.join(terms)})" for field in _FIELDS[shape])
        words = f"+({asked}) +scope:({' OR '.join(scopes)})^0"
        rows = await self._run(_STATEMENTS[shape], words=words, most=limit)
        return [Match(shape=shape, id=row["id"], score=row["score"]) for row in rows]


def _terms(text: str) -> list[str]:
    """The words and phrases of *text*, none of which means anything else to the index."""
    terms = []
    for phrase, word in _TERM.findall(text):
        words = re.findall(r"\w+", phrase or word)
        terms.append(f'"{" ".join(words)}"' if len(words) > 1 else words[0].lower() if words else "")
    return [term for term in dict.fromkeys(terms) if term][:TERMS_MOST]
