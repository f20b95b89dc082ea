"""Views in Cypher: one statement for each, however deep it goes.

What hangs on a thing is a subquery in the thing's own list, so that order and limit come
before anything below is read. Subqueries keep what is at hand with `WITH *`: ArcadeDB knows
nothing from outside after any other `WITH`. They order by a key that was given a name: of two
expressions ArcadeDB loses the first.
"""

import re
from collections.abc import Callable, Mapping, Sequence
from typing import Any

from typing_extensions import override

from aether.adapters.neo4j.graph import Neo4jGraph
from aether.adapters.neo4j.words import KINDS, ROOTS, Edge
from aether.domain.viewers import Viewer
from aether.domain.views import Branch, NotShown, Part, Selection, Value, View, Views

Cast = Callable[[str], str]

_TOKEN = re.compile(r"\$(\w+)|\b(it|that)(_\w+)?\b")
_RULE = re.compile(r"<(readable|level) (\w+)>")
_ALIAS = re.compile(r"\s+AS \w+\s*$")
_NOTEBOOK = re.compile(r"\bnotebook\b")
_FIXED = {"tenant", "viewer", "ceiling"}


class Neo4jViews(Views):
    """Views of one graph.

    Args:
        graph: The graph.
        fragments: The access rule, by the names of its fragments in `cypher/`.
    """

    def __init__(self, graph: Neo4jGraph, fragments: Mapping[str, str]) -> None:
        self._graph = graph
        self._fragments = fragments

    @override
    def prepare(self, branches: Sequence[Branch]) -> View:
        compiler = Compiler(self._fragments)
        text = compiler.statement(branches)
        return Neo4jView(self._graph, f"views/{branches[0].word}", text, compiler.casts)


class Neo4jView(View):
    """One statement, and what it takes."""

    def __init__(self, graph: Neo4jGraph, name: str, text: str, casts: Mapping[str, Cast]) -> None:
        self._graph = graph
        self._name = name
        self._casts = casts
        self.text = text

    @property
    @override
    def name(self) -> str:
        return self._name

    @override
    async def show(self, values: Mapping[str, Value], *, by: Viewer) -> Sequence[Any] | None:
        params: dict[str, Any] = {
            **values,
            "tenant": by.tenant,
            "viewer": by.user,
            "ceiling": by.ceiling.value,
        }
        for name, cast in self._casts.items():
            params[name] = cast(params[name])
        shown: Sequence[Any] | None = await self._graph.shown(self._name, self.text, params)
        return shown


class Compiler:
    """Writes one statement.

    Attributes:
        casts: How values are to be written, by their names.
    """

    def __init__(self, fragments: Mapping[str, str]) -> None:
        self._fragments = fragments
        self._variables = 0
        self._first: list[str] = []
        self.casts: dict[str, Cast] = {}

    def statement(self, branches: Sequence[Branch]) -> str:
        """The statement that gives one list, with an item for each of *branches*.

        Raises:
            NotShown: A word is not known.
        """
        items = [self._branch(branch, _found(ROOTS, branch.word), {}) for branch in branches]
        lines = ["MATCH (viewer:User {id: $viewer, tenant: $tenant})", *self._first]
        return "\n".join([*lines, f"RETURN [{', '.join(items)}] AS shown"])

    def _selection(self, selection: Selection, at: Mapping[str, str]) -> str:
        kind = _found(KINDS, selection.kind)
        items = [
            self._branch(item, _found(kind.branches, item.word), at)
            if isinstance(item, Branch)
            else self._put(_found(kind.leaves, item), at)
            for item in selection.items
        ]
        return f"[{', '.join(items)}]"

    def _branch(self, branch: Branch, edge: Edge, above: Mapping[str, str]) -> str:
        if edge.to != branch.selection.kind:
            raise NotShown(f"{branch.word} leads to {edge.to}, not to {branch.selection.kind}")
        self.casts |= {branch.slots[slot]: cast for slot, cast in edge.casts.items() if slot in branch.slots}
        self._variables += 1
        that = self._put(edge.same, above) if edge.same else f"v{self._variables}"
        at = _Names(above, that)

        def put(text: str) -> str:
            return self._put(text, at, branch.slots, branch.part)

        beside = {f"it_{name}": put(variable) for name, variable in edge.beside.items()}
        given = self._selection(branch.selection, {"it": that, **beside})
        narrowed = [put(condition) for condition in _narrowed(edge, branch)]
        if edge.seen:
            found = put(_found(edge.seen, branch.choices["shelf"])) or self._fragments["access/from_viewer"]
            self._first.append(_seen(found.strip(), narrowed, put("that_seen")))
            narrowed = []
        where = " AND ".join([*([put(edge.where)] if edge.where else []), *narrowed])
        return _read(edge, branch, given=given, where=where, put=put)

    def _put(
        self,
        text: str,
        at: Mapping[str, str],
        slots: Mapping[str, str] | None = None,
        part: Part | None = None,
    ) -> str:
        """*text* with variables, values and rules in their place."""

        def token(found: re.Match[str]) -> str:
            if found[1] is None:
                return at[found[0]]
            return f"${_value(found[1], slots or {}, part)}"

        return _RULE.sub(self._rule, _TOKEN.sub(token, text))

    def _rule(self, found: re.Match[str]) -> str:
        rule = _ALIAS.sub("", self._fragments[f"access/{found[1]}"].strip())
        return _NOTEBOOK.sub(found[2], rule)


class _Names(dict[str, str]):
    """What is at hand above, and what a branch leads to."""

    def __init__(self, above: Mapping[str, str], that: str) -> None:
        super().__init__(above)
        self._that = that

    def __missing__(self, name: str) -> str:
        return self._that + name.removeprefix("that")


def _seen(found: str, narrowed: Sequence[str], name: str) -> str:
    """What collects the notebooks that are *found*, as far as they are *narrowed*, under a *name*."""
    lines = [found, *(f"  AND {condition}" for condition in narrowed)]
    return "\n".join(["CALL (viewer) {", *lines, f"RETURN collect(DISTINCT notebook) AS {name}", "}"])


def _found(known: Mapping[str, Any], word: str) -> Any:
    try:
        return known[word]
    except KeyError:
        raise NotShown(word) from None


def _narrowed(edge: Edge, branch: Branch) -> list[str]:
    chosen = (edge.choices.get(f"{name}={choice}") for name, choice in branch.choices.items())
    given = (condition for slot, condition in edge.slots.items() if slot in branch.slots)
    return [condition for condition in (*chosen, *given) if condition]


def _value(name: str, slots: Mapping[str, str], part: Part | None) -> str:
    if name in _FIXED:
        return name
    if part is not None and name.startswith("after_"):
        return f"{part.after}{name.removeprefix('after')}"
    return str(_found(slots, name))


def _read(edge: Edge, branch: Branch, *, given: str, where: str, put: Callable[[str], str]) -> str:
    """The expression that reads a branch."""
    if edge.same:
        return f"CASE WHEN {where} THEN {given} END" if where else given
    found = put(edge.match) + (f" WHERE {where}" if where else "")
    if branch.part is not None:
        return _paged(edge, branch, branch.part, found=found, given=given, put=put)
    if edge.many:
        most = f" LIMIT {edge.most}" if edge.most else ""
        key = put(_found(edge.keys, ""))
        return (
            f"COLLECT {{ {found} WITH *, {key} AS {put('that_key')} ORDER BY {put(edge.order)}{most}"
            f" RETURN {given} }}"
        )
    return f"COLLECT {{ {found} RETURN {given} LIMIT 1 }}[0]"


def _paged(
    edge: Edge, branch: Branch, part: Part, *, found: str, given: str, put: Callable[[str], str]
) -> str:
    key = put(_found(edge.keys, branch.choices.get("order", "")))
    behind = f" WHERE {put(edge.beyond)}" if part.after else ""
    order = put(edge.order or "that_key, that.id")
    rows = (
        f"COLLECT {{ {found} WITH *, {key} AS {put('that_key')}{behind} WITH *"
        f" ORDER BY {order} LIMIT ${part.most} RETURN [{put('that_key')}, {put('that.id')}, {given}] }}"
    )
    total = put(edge.total) or f"COUNT {{ {found} }}"
    page = f"[{rows}, {total if part.counted else 'null'}]"
    return f"CASE WHEN {put(edge.gate)} THEN {page} END" if edge.gate else page
