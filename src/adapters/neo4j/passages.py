"""Words looked up in the graph's full-text indexes, which speak Lucene's query language."""

import re
from collections.abc import Collection, Sequence

from typing_extensions import override

from aether.adapters.neo4j.rows import WORD
from aether.adapters.neo4j.runner import Runner
from aether.domain.passages import Match, Passages, Shape

TERMS_MOST = 32
"""The most words and phrases of one query that count."""

_FIELDS = {Shape.CHUNK: ("text",), Shape.DOCUMENT: ("words",), Shape.NOTEBOOK: ("words", "description")}
_STATEMENTS = {
    Shape.CHUNK: "passages/chunks",
    Shape.DOCUMENT: "passages/documents",
    Shape.NOTEBOOK: "passages/notebooks",
}
_TERM = re.compile(r'"([^"]+)"|([^"\s]+)')
_EDGES = re.compile(r"^\W+|\W+$")


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
        words = f"+({asked}) +scope_:({' OR '.join(scopes)})^0"
        rows = await self._run(_STATEMENTS[shape], words=words, most=limit)
        return [Match(shape=shape, id=row["id"], score=row["score"]) for row in rows]


def _terms(text: str) -> list[str]:
    """The words and phrases of *text*, none of which means anything else to the index."""
    terms: dict[str, None] = {}
    for phrase, typed in _TERM.findall(text):
        words = WORD.findall(phrase or typed)
        if typed:
            terms |= dict.fromkeys(word.lower() for word in words)
        # What was typed in one go may be one word to the index too, such as `don't` or `eel.txt`.
        whole = (phrase or _EDGES.sub("", typed)).replace("\\", " ")
        if words and (phrase or [whole] != words):
            terms[f'"{whole}"'] = None
    return list(terms)[:TERMS_MOST]
