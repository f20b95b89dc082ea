"""Compiling: a document becomes a view for the graph, and a function that makes the answer of it.

The function is written as Python and compiled, so that an answer costs a few list and dict
displays and not a call for each field. It checks what it is given against the schema, and
gives up with `Odd` on whatever does not fit: the ordinary execution then says what is wrong.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import partial
from typing import Any

from graphql import (
    FieldNode,
    FragmentDefinitionNode,
    GraphQLField,
    GraphQLList,
    GraphQLNonNull,
    GraphQLObjectType,
    GraphQLOutputType,
    GraphQLSchema,
    OperationDefinitionNode,
)
from graphql.execution.values import VariableValues, get_argument_values

from aether.domain.viewers import Viewer
from aether.domain.views import Branch, NotShown, Part, Selection, Value, Views
from aether.graphql.plans.asking import Asked, Bind
from aether.graphql.plans.changing import Change
from aether.graphql.plans.plan import Plan, Seek
from aether.graphql.plans.selecting import Fields, Selecting
from aether.graphql.plans.shapes import (
    FIELDS,
    KINDS,
    NODES,
    SHOWN,
    Args,
    Linked,
    Made,
    Sought,
    by_id,
)
from aether.graphql.plans.writing import OF_ATTRIBUTES, Writer, bare, display, quoted

ITEMS_MOST = 1_000
"""The most fields of one plan; longer documents are not covered."""


@dataclass(slots=True)
class _Thing:
    """What is asked of a thing, as far as it is known."""

    kind: str
    items: list[str | Branch] = field(default_factory=list)

    def leaf(self, word: str) -> int:
        """The place of a leaf."""
        if word not in self.items:
            self.items.append(word)
        return self.items.index(word)

    def selection(self) -> Selection:
        """What is asked of it."""
        return Selection(kind=self.kind, items=tuple(self.items))


@dataclass(frozen=True, slots=True, kw_only=True)
class _Asked:
    """A field with its arguments, which hangs on a thing or on the query."""

    node: FieldNode
    definition: GraphQLField
    linked: Linked


class Compiler:
    """Compiles one operation for one set of variables.

    What depends on their values alone, and not on which are null or on what is chosen, is left to
    the binds: the plan serves all sets of variables of the same shape.
    """

    def __init__(
        self,
        schema: GraphQLSchema,
        fragments: Mapping[str, FragmentDefinitionNode],
        variables: VariableValues,
    ) -> None:
        self._variables = variables
        self._schema = schema
        self._selecting = Selecting(fragments, variables.coerced)
        self._binds: list[Bind] = []
        self._seeks: list[Seek] = []
        self._out = Writer()
        self._counted: set[str] = set()
        self._items = 0

    def plan(self, operation: OperationDefinitionNode, views: Views) -> Plan:
        """The plan of *operation*.

        Raises:
            NotShown: It asks for something that plans do not cover.
        """
        query = self._schema.query_type
        if query is None or operation.operation.value != "query":
            raise NotShown(operation.operation.value)
        roots = _Thing("query")
        fields = self._selecting.fields(query, [operation.selection_set])
        name = self._object(query, fields, roots)
        branches = [item for item in roots.items if isinstance(item, Branch)]
        return Plan(
            view=views.prepare(branches) if branches else None,
            binds=self._binds,
            seeks=self._seeks,
            complete=self._out.compiled(name),
        )

    def changes(self, operation: OperationDefinitionNode, views: Views) -> Sequence[Change]:
        """How each field of the mutation *operation* is answered.

        Raises:
            NotShown: It asks for something that plans do not cover.
        """
        type = self._schema.mutation_type
        if type is None:
            raise NotShown("changes")
        fields = self._selecting.fields(type, [operation.selection_set])
        return [self._change(type, key, nodes, views) for key, nodes in fields.items()]

    def _change(self, type: GraphQLObjectType, key: str, nodes: list[FieldNode], views: Views) -> Change:
        if nodes[0].name.value == "__typename":
            raise NotShown("a mutation's own type")
        definition = type.fields[nodes[0].name.value]
        self._binds, thing = [], _Thing("query")
        fields = self._fields_below(bare(definition.type), nodes)
        name = self._payload(bare(definition.type), nodes, thing)
        branches = [item for item in thing.items if isinstance(item, Branch)]
        return Change(
            key=key,
            nodes=nodes,
            type=type,
            definition=definition,
            view=views.prepare(branches) if branches else None,
            slots=[branch.slots["id"] for branch in branches],
            at=next((it for it, found in fields.items() if found[0].name.value in SHOWN), key),
            binds=self._binds,
            complete=self._out.compiled(name),
        )

    def _payload(self, type: GraphQLObjectType, nodes: list[FieldNode], thing: _Thing) -> str:
        """Write the function that shows a payload, `o`, and what is read of what was changed, `r`."""
        shown = {}
        tells_id = "shown" in type.extensions["strawberry-definition"].origin.__dataclass_fields__
        for key, found in self._fields_below(type, nodes).items():
            linked = SHOWN.get(found[0].name.value) if tells_id else None
            if linked is None:
                told = self._part(type, found)
            else:
                definition = type.fields[found[0].name.value]
                asked = _Asked(node=found[0], definition=definition, linked=linked)
                told = self._linked(asked, found, thing, bare(definition.type))
            shown[key] = told
        return self._out.function("payload", "o, r, s", shown)

    def _object(self, type: GraphQLObjectType, fields: Fields, thing: _Thing) -> str:
        """Write the function that shows a thing, `r`; gives its name."""
        self._count(fields)
        checks: list[str] = []
        shown = {key: self._field(type, nodes, thing, checks) for key, nodes in fields.items()}
        return self._out.function("thing", "r, s", shown, *checks)

    def _count(self, fields: Fields) -> None:
        self._items += len(fields)
        if self._items > ITEMS_MOST:
            raise NotShown("so many fields")

    def _field(
        self, type: GraphQLObjectType, nodes: list[FieldNode], thing: _Thing, checks: list[str]
    ) -> str:
        name = nodes[0].name.value
        if name == "__typename":
            return quoted(type.name)
        if name not in type.fields:
            raise NotShown(name)
        definition = type.fields[name]
        match FIELDS.get((type.name, name)):
            case Made() as made:
                return self._made(definition.type, nodes, made, thing)
            case Linked() as linked:
                asked = _Asked(node=nodes[0], definition=definition, linked=linked)
                return self._linked(asked, nodes, thing, bare(definition.type))
            case Sought(by=by):
                return self._sought(nodes, definition, by)
            case None if (type.name, name) == ("Query", "node"):
                return self._node(nodes, definition, thing)
            case _:
                return self._leaf(definition, thing, checks)

    def _leaf(self, definition: GraphQLField, thing: _Thing, checks: list[str]) -> str:
        declared = definition.extensions["strawberry-definition"]
        if declared.base_resolver is not None:
            raise NotShown(declared.python_name)
        place = thing.leaf(declared.python_name)
        local = f"a{place}"
        if f"    {local} = r[{place}]" in checks:
            return self._out.checked(definition.type, local)[0]
        told, seen_to = self._out.checked(definition.type, local)
        checks += [f"    {local} = r[{place}]", *seen_to]
        return told

    def _made(self, type: GraphQLOutputType, nodes: list[FieldNode], made: Made, thing: _Thing) -> str:
        given = ", ".join(f"r[{thing.leaf(word)}]" for word in made.needs)
        call = f"{self._out.keep('made', made.by)}({given})"
        inner = bare(type)
        if not isinstance(inner, GraphQLObjectType):
            return call
        return f"None if (o := {call}) is None else {self._parts(inner, nodes)}(o)"

    def _sought(self, nodes: list[FieldNode], definition: GraphQLField, by: Callable[..., Any]) -> str:
        number = self._out.name("p")
        self._seeks.append(Seek(number=number, by=by, args=partial(_args, definition, nodes[0])))
        return self._attribute(definition.type, nodes, f"s.found[{number!r}]")

    def _parts(self, type: GraphQLObjectType, nodes: list[FieldNode]) -> str:
        """Write the function that shows an object, `o`, by its attributes; gives its name."""
        fields = self._fields_below(type, nodes)
        self._count(fields)
        shown = {key: self._part(type, found) for key, found in fields.items()}
        return self._out.function("parts", "o", shown)

    def _part(self, type: GraphQLObjectType, nodes: list[FieldNode]) -> str:
        name = nodes[0].name.value
        if name == "__typename":
            return quoted(type.name)
        definition = type.fields[name]
        declared = definition.extensions["strawberry-definition"]
        if declared.base_resolver is not None:
            raise NotShown(f"{type.name}.{name}")
        return self._attribute(definition.type, nodes, f"o.{declared.python_name}")

    def _attribute(self, type: GraphQLOutputType, nodes: list[FieldNode], value: str) -> str:
        """The expression that tells an attribute."""
        if isinstance(type, GraphQLNonNull):
            inner = type.of_type
            if isinstance(inner, GraphQLList):
                return f"[{self._attribute(inner.of_type, nodes, 'x')} for x in {value}]"
            if isinstance(inner, GraphQLObjectType):
                return f"{self._parts(inner, nodes)}({value})"
            return self._out.scalar(inner, value, of=OF_ATTRIBUTES)
        told = self._attribute(GraphQLNonNull(type), nodes, value)
        return told if told == value else f"None if {value} is None else {told}"

    def _node(self, nodes: list[FieldNode], definition: GraphQLField, thing: _Thing) -> str:
        """The field `node`, whose type its id tells."""
        kind = _args(definition, nodes[0], self._variables)["id"].partition("_")[0]
        if kind not in NODES:
            return "None"
        asked = _Asked(node=nodes[0], definition=definition, linked=Linked(word=kind, slots=by_id))
        return self._linked(asked, nodes, thing, self._schema.type_map[NODES[kind]])

    def _linked(self, asked: _Asked, nodes: list[FieldNode], thing: _Thing, inner: Any) -> str:
        linked, type = asked.linked, asked.definition.type
        paged = linked.listing is not None
        of = inner if not paged else bare(bare(inner.fields["edges"].type).fields["node"].type)
        below = _Thing(linked.to or KINDS[of.name])
        number = self._out.name("p")
        above = f"r[{thing.leaf('id')}]" if paged and thing.kind != "query" else "''"
        place = len(thing.items)
        thing.items.append("")
        if paged:
            shown = self._page(inner, nodes, below, number, after=self._has_after(asked))
            told = f"{shown}(r[{place}], s, {above})"
        else:
            name = self._object(of, self._fields_below(of, nodes), below)
            told = self._one_or_many(type, name, f"r[{place}]")
        thing.items[place] = self._branch(asked, below, number)
        return told

    def _fields_below(self, type: GraphQLObjectType, nodes: list[FieldNode]) -> Fields:
        return self._selecting.fields(type, [node.selection_set for node in nodes])

    @staticmethod
    def _one_or_many(type: GraphQLOutputType, name: str, value: str) -> str:
        if isinstance(type, GraphQLNonNull):
            many = isinstance(type.of_type, GraphQLList)
            return f"[{name}(x, s) for x in {value}]" if many else f"{name}({value}, s)"
        return f"None if {value} is None else {name}({value}, s)"

    def _has_after(self, asked: _Asked) -> bool:
        return _args(asked.definition, asked.node, self._variables)["after"] is not None

    def _branch(self, asked: _Asked, below: _Thing, number: str) -> Branch:
        args = _args(asked.definition, asked.node, self._variables)
        part = None
        if asked.linked.listing is not None:
            after = number if args["after"] is not None else None
            part = Part(most=f"{number}_most", after=after, counted=number in self._counted)
        self._binds.append(self._bind(asked, number))
        word = asked.linked.word
        return Branch(
            word=word if isinstance(word, str) else word(args),
            selection=below.selection(),
            choices=asked.linked.choices(args),
            slots={name: f"{number}_{name}" for name in asked.linked.slots(args)},
            part=part,
        )

    def _bind(self, asked: _Asked, number: str) -> Bind:
        linked = asked.linked

        def bind(variables: VariableValues, viewer: Viewer, state: Asked, values: dict[str, Value]) -> None:
            if linked.demands is not None:
                linked.demands(viewer)
            args = _args(asked.definition, asked.node, variables)
            for name, value in linked.slots(args).items():
                values[f"{number}_{name}"] = value
            if linked.listing is not None:
                state.begin(number, args, linked.listing, values)

        return bind

    def _page(
        self, type: GraphQLObjectType, nodes: list[FieldNode], below: _Thing, number: str, *, after: bool
    ) -> str:
        """Write the function that shows a page, `c`, of what hangs on `above`; gives its name."""
        shown = {
            key: self._of_page(type, found, below, number, after=after)
            for key, found in self._fields_below(type, nodes).items()
        }
        signed = after or any("listing" in told for told in shown.values())
        return self._out.function(
            "page",
            "c, s, above",
            shown,
            "    if c is None: raise Odd",
            "    rows, total = c",
            f"    first = s.first[{number!r}]",
            "    more = len(rows) > first",
            "    if more: del rows[first:]",
            *([f"    listing = s.listing({number!r}, above)"] if signed else []),
        )

    def _of_page(
        self, type: GraphQLObjectType, nodes: list[FieldNode], below: _Thing, number: str, *, after: bool
    ) -> str:
        match nodes[0].name.value:
            case "__typename":
                return quoted(type.name)
            case "totalCount":
                self._counted.add(number)
                return "total"
            case "pageInfo":
                return self._page_info(bare(type.fields["pageInfo"].type), nodes, after=after)
            case _:
                return self._edges(bare(type.fields["edges"].type), nodes, below)

    def _page_info(self, type: GraphQLObjectType, nodes: list[FieldNode], *, after: bool) -> str:
        told = {
            "__typename": quoted(type.name),
            "hasNextPage": "more",
            "hasPreviousPage": str(after),
            "startCursor": "s.cursor(listing, rows[0]) if rows else None",
            "endCursor": "s.cursor(listing, rows[-1]) if rows else None",
        }
        fields = self._fields_below(type, nodes)
        return display({key: told[found[0].name.value] for key, found in fields.items()})

    def _edges(self, type: GraphQLObjectType, nodes: list[FieldNode], below: _Thing) -> str:
        shown = {key: self._of_edge(type, it, below) for key, it in self._fields_below(type, nodes).items()}
        return f"[{display(shown)} for x in rows]"

    def _of_edge(self, type: GraphQLObjectType, nodes: list[FieldNode], below: _Thing) -> str:
        match nodes[0].name.value:
            case "__typename":
                return quoted(type.name)
            case "cursor":
                return "s.cursor(listing, x)"
            case _:
                of = bare(type.fields["node"].type)
                return f"{self._object(of, self._fields_below(of, nodes), below)}(x[2], s)"


def _args(definition: GraphQLField, node: FieldNode, variables: VariableValues) -> Args:
    return get_argument_values(definition, node, variables)
