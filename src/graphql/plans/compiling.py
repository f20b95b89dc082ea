"""Compiling: a document becomes a view for the graph, and a function that makes the answer of it.

The function is written as Python and compiled, so that an answer costs a few list and dict
displays and not a call for each field. It checks what it is given against the schema, and
gives up with `Odd` on whatever does not fit: the ordinary execution then says what is wrong.
"""

from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from functools import partial
from typing import Any

import orjson
from graphql import (
    FieldNode,
    FragmentDefinitionNode,
    GraphQLEnumType,
    GraphQLField,
    GraphQLList,
    GraphQLNonNull,
    GraphQLObjectType,
    GraphQLOutputType,
    GraphQLScalarType,
    GraphQLSchema,
    OperationDefinitionNode,
)
from graphql.execution.values import VariableValues, get_argument_values

from aether.domain.viewers import Viewer
from aether.domain.views import Branch, NotShown, Part, Selection, Value, View, Views
from aether.graphql.context import Context
from aether.graphql.plans.asking import Asked, Bind, Odd
from aether.graphql.plans.changing import Change
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
from aether.graphql.scalars import told

ITEMS_MOST = 1_000
"""The most fields of one plan; longer documents are not covered."""

_OF_THE_GRAPH = {"DateTime": "instant({})", "JSON": "loads({})"}
_OF_ATTRIBUTES = {"DateTime": "told({})"}
"""How values are told, as the graph gives them, and as the objects of the API have them."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Seek:
    """Something that more than the graph answers, and the name under which it is found."""

    number: str
    by: Callable[[Context, Args], Awaitable[Any]]
    args: Callable[[VariableValues], Args]


@dataclass(frozen=True, slots=True, kw_only=True)
class Plan:
    """How one document is answered.

    Attributes:
        view: What is read of the graph; none if nothing is.
        binds: What works out its values.
        seeks: What else is looked for.
        complete: Makes the data of the answer from what the view shows.
        source: The text of `complete`.
    """

    view: View | None
    binds: Sequence[Bind]
    seeks: Sequence[Seek]
    complete: Callable[[Sequence[Any], Asked], dict[str, Any]]
    source: str


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
        self._selecting = Selecting(schema, fragments, variables.coerced)
        self._binds: list[Bind] = []
        self._seeks: list[Seek] = []
        self._lines: list[str] = []
        self._known: dict[str, Any] = {
            "Odd": Odd,
            "instant": instant,
            "loads": orjson.loads,
            "told": told,
        }
        self._counted: set[str] = set()
        self._names = 0
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
        source = "\n".join(self._lines)
        self._run(source)
        return Plan(
            view=views.prepare(branches) if branches else None,
            binds=self._binds,
            seeks=self._seeks,
            complete=self._known[name],
            source=source,
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
        self._binds, self._lines, thing = [], [], _Thing("query")
        fields = self._fields_below(_bare(definition.type), nodes)
        name = self._payload(_bare(definition.type), nodes, thing)
        self._run("\n".join(self._lines))
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
            complete=self._known[name],
        )

    def _payload(self, type: GraphQLObjectType, nodes: list[FieldNode], thing: _Thing) -> str:
        """Write the function that shows a payload, `o`, and what is read of what was changed, `r`."""
        shown = []
        tells_id = "shown" in type.extensions["strawberry-definition"].origin.__dataclass_fields__
        for key, found in self._fields_below(type, nodes).items():
            linked = SHOWN.get(found[0].name.value) if tells_id else None
            if linked is None:
                told = self._part(type, found)
            else:
                definition = type.fields[found[0].name.value]
                asked = _Asked(node=found[0], definition=definition, linked=linked)
                told = self._linked(asked, found, thing, _bare(definition.type))
            shown.append(f"{_quoted(key)}: {told}")
        name = self._name("payload")
        self._lines += [f"def {name}(o, r, s):", f"    return {{{', '.join(shown)}}}"]
        return name

    def _run(self, source: str) -> None:
        exec(compile(source, "<plan>", "exec"), self._known)  # noqa: S102 - we wrote it ourselves, see `_quoted`

    def _name(self, kind: str) -> str:
        self._names += 1
        return f"{kind}{self._names}"

    def _keep(self, kind: str, value: object) -> str:
        """The name under which the written function finds *value*."""
        name = self._name(kind)
        self._known[name] = value
        return name

    def _object(self, type: GraphQLObjectType, fields: Fields, thing: _Thing) -> str:
        """Write the function that shows a thing, `r`; gives its name."""
        self._count(fields)
        checks: list[str] = []
        shown = [
            f"{_quoted(key)}: {self._field(type, nodes, thing, checks)}" for key, nodes in fields.items()
        ]
        name = self._name("thing")
        self._lines += [f"def {name}(r, s):", *checks, f"    return {{{', '.join(shown)}}}"]
        return name

    def _count(self, fields: Fields) -> None:
        self._items += len(fields)
        if self._items > ITEMS_MOST:
            raise NotShown("so many fields")

    def _field(
        self, type: GraphQLObjectType, nodes: list[FieldNode], thing: _Thing, checks: list[str]
    ) -> str:
        name = nodes[0].name.value
        if name == "__typename":
            return _quoted(type.name)
        if name not in type.fields:
            raise NotShown(name)
        definition = type.fields[name]
        match FIELDS.get((type.name, name)):
            case Made() as made:
                return self._made(definition.type, nodes, made, thing)
            case Linked() as linked:
                asked = _Asked(node=nodes[0], definition=definition, linked=linked)
                return self._linked(asked, nodes, thing, _bare(definition.type))
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
        if not any(check.startswith(f"    {local} =") for check in checks):
            checks.append(f"    {local} = r[{place}]")
        return self._told(definition.type, local, checks)

    def _told(self, type: GraphQLOutputType, local: str, checks: list[str]) -> str:
        """The expression that tells the leaf in *local*."""
        nullable = not isinstance(type, GraphQLNonNull)
        inner: Any = type.of_type if isinstance(type, GraphQLNonNull) else type
        if isinstance(inner, GraphQLList):
            told = self._scalar(_bare(inner), "x")
            checks.append(f"    if {local}.__class__ is not list: raise Odd")
            checks.append(f"    for x in {local}:")
            checks.append(f"        if x.__class__ is not {_plain(_bare(inner))}: raise Odd")
            return local if told == "x" else f"[{told} for x in {local}]"
        check = f"{local}.__class__ is not {_plain(inner)}"
        checks.append(f"    if {f'{local} is not None and ' if nullable else ''}{check}: raise Odd")
        told = self._scalar(inner, local)
        return told if not nullable or told == local else f"None if {local} is None else {told}"

    def _scalar(self, type: GraphQLOutputType, local: str, *, of: Mapping[str, str] = _OF_THE_GRAPH) -> str:
        if isinstance(type, GraphQLEnumType):
            names: dict[Any, str] = {value.value: name for name, value in type.values.items()}
            declared = type.extensions["strawberry-definition"].wrapped_cls
            members = {member: names[member.value] for member in declared if member.value in names}
            return f"{self._keep('enum', names | members)}[{local}]"
        if not isinstance(type, GraphQLScalarType):
            raise NotShown(f"a thing of type {type} as a value")
        return of.get(type.name, "{}").format(local)

    def _made(self, type: GraphQLOutputType, nodes: list[FieldNode], made: Made, thing: _Thing) -> str:
        given = ", ".join(f"r[{thing.leaf(word)}]" for word in made.needs)
        call = f"{self._keep('made', made.by)}({given})"
        inner = _bare(type)
        if not isinstance(inner, GraphQLObjectType):
            return call
        return f"None if (o := {call}) is None else {self._parts(inner, nodes)}(o)"

    def _sought(self, nodes: list[FieldNode], definition: GraphQLField, by: Callable[..., Any]) -> str:
        number = self._name("p")
        self._seeks.append(Seek(number=number, by=by, args=partial(_args, definition, nodes[0])))
        return self._attribute(definition.type, nodes, f"s.found[{number!r}]")

    def _parts(self, type: GraphQLObjectType, nodes: list[FieldNode]) -> str:
        """Write the function that shows an object, `o`, by its attributes; gives its name."""
        fields = self._fields_below(type, nodes)
        self._count(fields)
        shown = [f"{_quoted(key)}: {self._part(type, found)}" for key, found in fields.items()]
        name = self._name("parts")
        self._lines += [f"def {name}(o):", f"    return {{{', '.join(shown)}}}"]
        return name

    def _part(self, type: GraphQLObjectType, nodes: list[FieldNode]) -> str:
        name = nodes[0].name.value
        if name == "__typename":
            return _quoted(type.name)
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
            return self._scalar(inner, value, of=_OF_ATTRIBUTES)
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
        of = inner if not paged else _bare(_bare(inner.fields["edges"].type).fields["node"].type)
        below = _Thing(linked.to or KINDS[of.name])
        number = self._name("p")
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
        shown = []
        for key, found in self._fields_below(type, nodes).items():
            shown.append(f"{_quoted(key)}: {self._of_page(type, found, below, number, after=after)}")
        told = ", ".join(shown)
        name = self._name("page")
        self._lines += [
            f"def {name}(c, s, above):",
            "    if c is None: raise Odd",
            "    rows, total = c",
            f"    first = s.first[{number!r}]",
            "    more = len(rows) > first",
            "    if more: del rows[first:]",
            *([f"    listing = s.listing({number!r}, above)"] if after or "listing" in told else []),
            f"    return {{{told}}}",
        ]
        return name

    def _of_page(
        self, type: GraphQLObjectType, nodes: list[FieldNode], below: _Thing, number: str, *, after: bool
    ) -> str:
        match nodes[0].name.value:
            case "__typename":
                return _quoted(type.name)
            case "totalCount":
                self._counted.add(number)
                return "total"
            case "pageInfo":
                return self._page_info(_bare(type.fields["pageInfo"].type), nodes, after=after)
            case _:
                return self._edges(_bare(type.fields["edges"].type), nodes, below)

    def _page_info(self, type: GraphQLObjectType, nodes: list[FieldNode], *, after: bool) -> str:
        told = {
            "__typename": _quoted(type.name),
            "hasNextPage": "more",
            "hasPreviousPage": str(after),
            "startCursor": "s.cursor(listing, rows[0]) if rows else None",
            "endCursor": "s.cursor(listing, rows[-1]) if rows else None",
        }
        fields = self._fields_below(type, nodes)
        return (
            "{" + ", ".join(f"{_quoted(key)}: {told[it[0].name.value]}" for key, it in fields.items()) + "}"
        )

    def _edges(self, type: GraphQLObjectType, nodes: list[FieldNode], below: _Thing) -> str:
        shown = []
        for key, found in self._fields_below(type, nodes).items():
            match found[0].name.value:
                case "__typename":
                    told = _quoted(type.name)
                case "cursor":
                    told = "s.cursor(listing, x)"
                case _:
                    of = _bare(type.fields["node"].type)
                    told = f"{self._object(of, self._fields_below(of, found), below)}(x[2], s)"
            shown.append(f"{_quoted(key)}: {told}")
        return f"[{{{', '.join(shown)}}} for x in rows]"


def _args(definition: GraphQLField, node: FieldNode, variables: VariableValues) -> Args:
    return get_argument_values(definition, node, variables)


_EPOCH = datetime(1970, 1, 1)  # noqa: DTZ001 - aware ones are told more slowly


def instant(milliseconds: int) -> str:
    """An instant as the scalar `DateTime` tells it."""
    return (_EPOCH + timedelta(milliseconds=milliseconds)).isoformat(timespec="milliseconds") + "Z"


def _quoted(name: str) -> str:
    """*name* as Python has it; GraphQL lets it consist of letters, digits and underscores only."""
    if not name.isidentifier() or not name.isascii():
        raise NotShown(name)
    return f'"{name}"'


def _bare(type: Any) -> Any:
    """*type* without what says that it is a list or not null."""
    while isinstance(type, GraphQLNonNull | GraphQLList):
        type = type.of_type
    return type


def _plain(type: Any) -> str:
    """The Python class that the graph gives for a leaf of *type*."""
    if isinstance(type, GraphQLEnumType):
        return str(next(iter(type.values.values())).value.__class__.__name__)
    if not isinstance(type, GraphQLScalarType):
        raise NotShown(f"a thing of type {type} as a leaf")
    return _PLAIN.get(type.name, "str")


_PLAIN = {"Int": "int", "BigInt": "int", "DateTime": "int", "Boolean": "bool", "Float": "float"}
